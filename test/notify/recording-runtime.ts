import { pino } from 'pino';
import { createMetrics, createRandom, ManualClock, type Runtime } from '../../src/runtime/index.ts';
import { OPENED_AT } from '../doubles/incident-story.ts';

export interface RecordingRuntime extends Runtime {
  readonly clock: ManualClock;
  /** Log lines, JSON each. */
  readonly lines: string[];
  /** The value of a metric for these labels; 0 when it was never touched. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
}

export function recordingRuntime(seed = 7): RecordingRuntime {
  const lines: string[] = [];
  const metrics = createMetrics();
  return {
    clock: new ManualClock(OPENED_AT),
    logger: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
    metrics,
    random: createRandom(seed),
    lines,
    metric: async (name, labels = {}) => {
      const found = await metrics.registry.getSingleMetric(name)?.get();
      const wanted = JSON.stringify(Object.entries(labels).toSorted());
      const value = found?.values.find(
        (one) => JSON.stringify(Object.entries(one.labels).toSorted()) === wanted,
      );
      return value?.value ?? 0;
    },
  };
}
