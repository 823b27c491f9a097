import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import type { ReportIncident } from '../../../src/domain/report.ts';
import { replay } from '../../verify/detection.ts';
import { type RunningService, startService } from '../../verify/spanwatch-process.ts';
import { readStored } from '../../verify/stored.ts';
import type { SourceInput } from './input.ts';
import type { Way } from './way.ts';

/** What a way gave. */
export interface WayRun {
  readonly way: string;
  readonly isControl: boolean;
  /** Spans that the service has read, of those in the input. */
  readonly spans: number;
  readonly late: number;
  readonly duplicates: number;
  readonly seconds: number;
  readonly incidents: readonly ReportIncident[];
}

/** No span more for so long: it was all, or the source hangs. */
const QUIET_MS = 90_000;
const POLL_MS = 500;

/** What `replay` finds in the input. */
export async function replayed(input: SourceInput, scratch: string): Promise<readonly ReportIncident[]> {
  return (await replay({ name: 'sources', path: input.path }, input.model, scratch, [])).report.incidents;
}

/** The input through a running service by one kind of source. `folder` is made. */
export async function runWay(way: Way, input: SourceInput, folder: string): Promise<WayRun> {
  mkdirSync(folder, { recursive: true });
  const dataDir = join(folder, 'data');
  const config = join(folder, 'spanwatch.yaml');
  // JSON is YAML.
  const text = {
    dataDir,
    model: input.model,
    sources: [{ name: 'spans', ...way.source }],
    http: { port: 0 },
    channels: [{ name: 'terminal', type: 'terminal' }],
  };
  writeFileSync(config, JSON.stringify(text));
  const service = await startService(config);
  const startedAt = performance.now();
  await way.feed?.(service);
  const read = await untilRead(service, input.spans);
  const seconds = (performance.now() - startedAt) / 1000;
  service.signal('SIGTERM');
  const { code } = await service.ended;
  if (code !== 0) throw new Error(`${way.name}: exit code ${code}: ${service.stderr().slice(-2000)}`);
  const stored = await readStored(dataDir, [{ name: 'terminal' }]);
  const { name, isControl = false } = way;
  return { way: name, isControl, ...read, seconds, incidents: stored.incidents };
}

type Read = Pick<WayRun, 'spans' | 'late' | 'duplicates'>;

async function untilRead(service: RunningService, spans: number): Promise<Read> {
  let last: Read = { spans: 0, late: 0, duplicates: 0 };
  for (let quietMs = 0; quietMs < QUIET_MS && last.spans < spans; quietMs += POLL_MS) {
    await pause(POLL_MS);
    const now = await readMetrics(service);
    if (now.spans > last.spans) quietMs = 0;
    last = now;
  }
  return last;
}

async function readMetrics({ http }: RunningService): Promise<Read> {
  const { body } = await request(`${http}/metrics`);
  const text = await body.text();
  const sum = (name: string): number =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
  return {
    spans: sum('spanwatch_received_spans_total'),
    late: sum('spanwatch_late_spans_total') + sum('spanwatch_late_traces_total'),
    duplicates: sum('spanwatch_duplicate_spans_total'),
  };
}
