import { describe, expect, it } from 'vitest';
import { TraceKeeping } from '../../src/app/trace-keeping.ts';
import type { KeptTrace } from '../../src/traces/port.ts';
import { at } from '../../src/simulator/index.ts';
import { testRuntime } from '../http/test-server.ts';
import { judge, learnQuiet } from './pipeline.ts';

describe('the traces that an incident points at', () => {
  it('are at hand when it opens and when its exemplars change: slow and typical, the slow one slower', async () => {
    const learned = await learnQuiet();
    const kept = new Map<string, KeptTrace>();
    const store = {
      keep: (_: string, traces: readonly KeptTrace[]) => {
        for (const trace of traces) kept.set(trace.traceId, trace);
        return Promise.resolve();
      },
      trace: (id: string) => Promise.resolve(kept.get(id)),
    };
    const wanted = new Set<string>();
    let keeping: TraceKeeping | undefined;
    const { incidents } = judge(learned, at(180).slow('payment', { addMs: 200 }, 120), 400, {
      onEvent: (incident, event, verdicts) => {
        keeping ??= new TraceKeeping(verdicts.recentTraces, store, testRuntime());
        keeping.keep(incident, event);
        for (const { traceId, typicalTraceId = traceId } of 'exemplars' in event ? event.exemplars : [])
          wanted.add(traceId).add(typicalTraceId);
      },
    });
    await keeping?.close();
    expect(incidents).toHaveLength(1);
    expect(wanted.size).toBeGreaterThan(2);
    const missing = [...wanted].filter((id) => !kept.has(id));
    expect(missing).toEqual([]);
    const [{ traceId, typicalTraceId = '' }] = incidents[0].exemplars;
    const charge = (id: string): number =>
      Math.max(
        ...(kept.get(id)?.spans ?? [])
          .filter(({ service }) => service === 'payment')
          .map(({ durationUs }) => durationUs),
      );
    expect(charge(traceId)).toBeGreaterThan(charge(typicalTraceId) + 150_000);
  });
});
