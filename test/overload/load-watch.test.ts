import { describe, expect, it } from 'vitest';
import type { AcceptOutcome } from '../../src/domain/arrival.ts';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { LoadWatch } from '../../src/overload/index.ts';
import {
  createMetrics,
  createRandom,
  ManualClock,
  type Pressure,
  silentLogger,
} from '../../src/runtime/index.ts';

const GIB = 2 ** 30;
const CALM: Pressure = { rssBytes: 0.2 * GIB, heapUsedBytes: 0.1 * GIB, loopDelayMs: 1 };

function watching(mayShed = true) {
  const clock = new ManualClock();
  const runtime = { clock, logger: silentLogger(), metrics: createMetrics(), random: createRandom(1) };
  const machine = { now: CALM, collections: 0 };
  const load = new LoadWatch(
    { maxMemoryBytes: GIB, maxLagMs: 1000, maxInFlightBytes: 1000, mayShed },
    {
      limits: { machineBytes: 8 * GIB, heapBytes: 4 * GIB },
      read: () => machine.now,
      collectGarbage: () => void machine.collections++,
      close: () => undefined,
    },
    runtime,
  );
  const taken: number[] = [];
  const door = load.before(
    {
      accept: ({ batch }): AcceptOutcome => {
        taken.push(batch.length);
        return { kind: 'ok' };
      },
    },
    () => false,
  );
  void load.start();
  /** Sends a hundred traces of a span each; how many were taken, or what was answered. */
  const send = (): number | string => {
    const batch = new SpanBatch(new Names());
    for (let n = 0; n < 100; n++) batch.traceId[batch.push() * 4 + 3] = n;
    taken.length = 0;
    const outcome = door.accept({ source: 'otlp', batch });
    return outcome.kind === 'ok' ? (taken[0] ?? 0) : outcome.kind;
  };
  const live = (seconds: number, now: Pressure): void => {
    machine.now = now;
    clock.advance(seconds * 1000);
  };
  return { load, send, live, machine, metrics: runtime.metrics };
}

describe('the load watch', () => {
  it('takes all, then a share, then nothing, then all again', () => {
    const { load, send, live } = watching();
    expect(send()).toBe(100);
    live(3, { ...CALM, loopDelayMs: 600 });
    expect(load.status).toMatchObject({ stage: 'shed', keptShare: 1 / 2 });
    expect(send()).toBeGreaterThan(30);
    expect(send()).toBeLessThan(70);
    live(1, { ...CALM, rssBytes: 1.1 * GIB });
    expect(send()).toBe('busy');
    expect(load.refusal()).toEqual({ retryAfterMs: 5000 });
    live(60, CALM);
    expect(load.status).toMatchObject({ stage: 'normal', keptShare: 1 });
    expect(load.status.shedSpans).toBeGreaterThan(60);
    expect(load.refusal()).toBeUndefined();
  });

  it('refuses for a heap near what V8 allows, too', () => {
    const { send, live } = watching();
    live(1, { ...CALM, heapUsedBytes: 4.1 * GIB });
    expect(send()).toBe('busy');
  });

  it('looks once for garbage when memory refuses, and not again each second', () => {
    const { live, machine } = watching();
    live(20, { ...CALM, rssBytes: 1.1 * GIB });
    expect(machine.collections).toBe(1);
    live(30, { ...CALM, rssBytes: 1.1 * GIB });
    expect(machine.collections).toBe(2);
  });

  it('never sheds under event time, where lag hurts nobody, and refuses for memory alone', () => {
    const { load, send, live } = watching(false);
    live(30, { ...CALM, loopDelayMs: 5000 });
    expect(send()).toBe(100);
    live(30, { ...CALM, rssBytes: 0.95 * GIB });
    expect(load.status).toMatchObject({ stage: 'normal', keptShare: 1 });
    expect(send()).toBe(100);
    live(1, { ...CALM, rssBytes: 1.1 * GIB });
    expect(send()).toBe('busy');
    live(4, CALM);
    expect(send()).toBe(100);
  });

  it('holds no more bytes of bodies than it may', () => {
    const { load } = watching();
    expect(load.take(900)).toBe(true);
    expect(load.take(200)).toBe(false);
    expect(load.take(100)).toBe(true);
    expect(load.refusal()).toEqual({ retryAfterMs: 1000 });
    load.release(100);
    expect(load.refusal()).toBeUndefined();
  });

  it('says it in metrics', async () => {
    const { send, live, metrics } = watching();
    live(3, { ...CALM, rssBytes: 0.95 * GIB });
    send();
    const text = await metrics.registry.metrics();
    expect(text).toContain('spanwatch_load_stage 1');
    expect(text).toContain('spanwatch_kept_traces_ratio 0.5');
    expect(text).toMatch(/spanwatch_shed_spans_total [3-6]\d/);
    expect(text).toContain('spanwatch_memory_bound_ratio 0.95');
  });
});
