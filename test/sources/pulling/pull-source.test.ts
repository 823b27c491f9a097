import { describe, expect, it } from 'vitest';
import { hexToWords } from '../../../src/domain/ids.ts';
import { Names } from '../../../src/domain/names.ts';
import { SpanKind, type SpanBatch } from '../../../src/domain/span-batch.ts';
import { createMetrics, createRandom, ManualClock, silentLogger } from '../../../src/runtime/index.ts';
import {
  createPullSource,
  type PullConfig,
  type Slice,
  type SliceOutcome,
  type SliceReader,
} from '../../../src/sources/pulling/index.ts';
import { RecordingSink } from '../recording-sink.ts';

const NOON = Date.UTC(2026, 0, 5, 12);

interface Kept {
  readonly id: number;
  readonly startMs: number;
  readonly durationMs: number;
  /** `id` when it is not said: a trace of one span. */
  readonly trace?: number;
  readonly kind?: number;
  readonly parent?: number;
}

/** A store that answers by start time with whole traces, in any order, and does what the test says instead. */
class FakeStore implements SliceReader {
  spans: Kept[] = [];
  readonly asked: Slice[] = [];
  most = Number.POSITIVE_INFINITY;
  fails = 0;

  read(slice: Slice, into: SpanBatch, { mayCut }: { mayCut: boolean }): Promise<SliceOutcome> {
    this.asked.push(slice);
    if (this.fails > 0) {
      this.fails--;
      return Promise.resolve({ kind: 'failed', reason: 'away' });
    }
    const hit = this.spans.filter(({ startMs }) => startMs >= slice.fromMs && startMs < slice.toMs);
    const traces = new Set(hit.map(({ trace, id }) => trace ?? id));
    const found = this.spans.filter(({ trace, id }) => traces.has(trace ?? id));
    if (found.length > this.most && !mayCut) return Promise.resolve({ kind: 'too-much' });
    for (const { id, trace = id, kind = 0, parent = 0, startMs, durationMs } of found.reverse()) {
      const i = into.push();
      into.kind[i] = kind;
      into.parentId[i * 2 + 1] = parent;
      into.service[i] = kind;
      hexToWords(trace.toString(16), into.traceId, i * 4, 4);
      hexToWords(id.toString(16), into.spanId, i * 2, 2);
      into.startUs[i] = startMs * 1000;
      into.durationUs[i] = durationMs * 1000;
    }
    return Promise.resolve({ kind: 'ok', rejected: 0, cut: found.length > this.most });
  }

  describe = () => Promise.resolve({ found: 'fake' });
  close = () => Promise.resolve();
}

function start(store: FakeStore, config: Partial<PullConfig> = {}, cursor?: string) {
  const clock = new ManualClock(NOON);
  const wall = { aheadMs: 0 };
  const metrics = createMetrics();
  const sink = new RecordingSink();
  const source = createPullSource(
    {
      name: 'store',
      schedule: '* * * * *',
      startAt: 'latest',
      overlapMs: 60_000,
      settleMs: 10_000,
      maxSliceMs: 60_000,
      ...config,
    },
    store,
    { sink, names: new Names(), cursor: () => cursor, clock: 'wall' },
    {
      clock: {
        now: () => clock.now() + wall.aheadMs,
        after: (ms, callback) => clock.after(ms, callback),
      },
      ...{ metrics, logger: silentLogger(), random: createRandom(1) },
    },
  );
  void source.start();
  const ids = (): number[] => sink.spans.map(({ spanId }) => Number.parseInt(spanId, 16));
  return { source, sink, clock, wall, metrics, ids, settle };
}

/** Lets what was promised happen. */
async function settle(): Promise<void> {
  for (let i = 0; i < 200; i++) await Promise.resolve();
}

const at = (seconds: number, id: number, durationMs = 5): Kept => ({
  id,
  startMs: NOON + seconds * 1000,
  durationMs,
});

describe('a source that pulls', () => {
  it('asks each minute for what is settled, and hands it over in order of its ends', async () => {
    const store = new FakeStore();
    const { clock, ids } = start(store);
    await settle();
    expect(ids()).toEqual([]);
    store.spans = [at(5, 1, 20_000), at(10, 2), at(55, 3)];
    clock.advance(60_000);
    await settle();
    // 55 is younger than ten seconds.
    expect(ids()).toEqual([2, 1]);
    clock.advance(60_000);
    await settle();
    expect(ids()).toEqual([2, 1, 3]);
  });

  it('reads late spans within the overlap, each once, and none from before its first moment', async () => {
    const store = new FakeStore();
    store.spans = [at(-30, 9)];
    const { clock, ids, metrics } = start(store);
    await settle();
    store.spans.push(at(10, 1));
    clock.advance(60_000);
    await settle();
    store.spans.push(at(20, 2));
    clock.advance(60_000);
    await settle();
    expect(ids()).toEqual([1, 2]);
    expect(await metrics.registry.metrics()).toContain(
      'spanwatch_pull_repeated_spans_total{source="store"} 1',
    );
  });

  it('goes on after its cursor, whatever its start says', async () => {
    const store = new FakeStore();
    store.spans = [at(-3600, 1), at(-600, 2), at(-500, 3)];
    const { sink, ids } = start(store, {}, JSON.stringify({ throughMs: NOON - 590_000 }));
    await settle();
    expect(ids()).toEqual([2, 3]);
    expect(sink.cursors.at(-1)).toBe(JSON.stringify({ throughMs: NOON - 10_000 }));
  });

  it('halves time until all fits, and says when it does not', async () => {
    const store = new FakeStore();
    store.most = 3;
    store.spans = Array.from({ length: 12 }, (_unused, i) => at(-40 + i, i + 1));
    store.spans.push(...Array.from({ length: 5 }, (_unused, i) => at(-20, i + 50)));
    const startAt = new Date(NOON - 60_000).toISOString();
    const { ids, metrics } = start(store, { startAt });
    await settle();
    expect(ids().sort((a, b) => a - b)).toHaveLength(17);
    expect(await metrics.registry.metrics()).toContain('spanwatch_pull_cut_slices_total{source="store"} 1');
  });

  it('asks again when the store is away, longer each time, and leaves nothing out', async () => {
    const store = new FakeStore();
    store.fails = 3;
    store.spans = [at(-30, 1)];
    const { clock, ids } = start(store, { startAt: new Date(NOON - 60_000).toISOString() });
    for (const waitMs of [1000, 2000, 4000]) {
      await settle();
      expect(ids()).toEqual([]);
      clock.advance(waitMs);
    }
    await settle();
    expect(ids()).toEqual([1]);
    expect(store.asked).toHaveLength(4);
  });

  it('waits while the sink is busy, asks for no more, and stops in the middle of it', async () => {
    const store = new FakeStore();
    store.spans = [at(-30, 1)];
    const { source, sink, clock, ids } = start(store, { startAt: new Date(NOON - 60_000).toISOString() });
    sink.outcome = { kind: 'busy', retryAfterMs: 500 };
    await settle();
    clock.advance(500);
    await settle();
    expect(sink.refused).toBe(2);
    expect(store.asked).toHaveLength(1);
    await source.shutdown();
    expect(ids()).toEqual([]);
    expect(sink.cursors).toEqual([]);
  });

  it('keeps a trace that ends beyond what was read until that was read', async () => {
    const store = new FakeStore();
    store.spans = [at(-15, 1, 30_000), at(-14, 2)];
    const { clock, ids } = start(store, { startAt: new Date(NOON - 60_000).toISOString() });
    await settle();
    expect(ids()).toEqual([2]);
    store.spans.push(at(10, 3));
    clock.advance(60_000);
    await settle();
    expect(ids()).toEqual([2, 3, 1]);
  });

  // Minutes that it is ahead, and the seconds from when until when.
  it.each([
    [60, 320, 580],
    [60, 320, 410],
    [5, 320, 1000],
    [5, 1, 1000],
  ])(
    'leaves nothing out, and takes nothing twice, when its clock was ahead: %s min from %s s to %s s',
    async (minutes, from, to) => {
      const store = new FakeStore();
      const { clock, wall, ids } = start(store, { maxSliceMs: 300_000 });
      for (let second = 5; second <= 30 * 60; second += 5) {
        wall.aheadMs = second >= from && second < to ? minutes * 60_000 : 0;
        store.spans.push(at(second, second));
        clock.advance(5_000);
        await settle();
      }
      const settled = Array.from({ length: (28 * 60) / 5 }, (_unused, i) => (i + 1) * 5);
      expect(ids()).toEqual(expect.arrayContaining(settled));
      expect(new Set(ids()).size).toBe(ids().length);
    },
  );

  it('goes back to where the clock jumped, not to a backlog before', async () => {
    const store = new FakeStore();
    const { clock, wall, ids } = start(store, {}, JSON.stringify({ throughMs: NOON - 86_400_000 }));
    for (let minute = 1; minute <= 20; minute++) {
      wall.aheadMs = minute >= 10 && minute < 12 ? 3_600_000 : 0;
      store.asked.length = minute < 12 ? 0 : store.asked.length;
      clock.advance(60_000);
      // A day by minutes.
      for (let i = 0; i < 40; i++) await settle();
    }
    expect(Math.min(...store.asked.map(({ fromMs }) => fromMs))).toBeGreaterThan(NOON + 6 * 60_000);
    expect(ids()).toEqual([]);
  });

  it('takes a cursor that lies ahead of its clock back to now', async () => {
    const store = new FakeStore();
    store.spans = [at(-30, 1)];
    const { clock, sink, ids } = start(store, {}, JSON.stringify({ throughMs: NOON + 3_600_000 }));
    await settle();
    store.spans.push(at(20, 2));
    clock.advance(60_000);
    await settle();
    expect(ids()).toEqual([1, 2]);
    expect(sink.cursors.at(-1)).toBe(JSON.stringify({ throughMs: NOON + 50_000 }));
  });

  it('waits for a configured start that lies ahead', async () => {
    const store = new FakeStore();
    store.spans = [at(-30, 1), at(620, 2)];
    const { clock, ids } = start(store, { startAt: new Date(NOON + 600_000).toISOString() });
    for (let minute = 0; minute < 11; minute++) {
      clock.advance(60_000);
      await settle();
    }
    expect(ids()).toEqual([2]);
  });

  it.each([false, true])(
    'takes each span of a trace with long pauses once (a backlog: %s)',
    async (behind) => {
      const store = new FakeStore();
      const minutes = [1, 9, 17, 25, 33, 41];
      const trace = minutes.map((minute) => ({ ...at(minute * 60, minute), trace: 1 }));
      // Something happens in between, so that what was seen is forgotten.
      const others = Array.from({ length: 45 * 12 }, (_unused, i) => at(i * 5 + 3, i + 1000));
      const all = [...trace, ...others].sort((a, b) => a.startMs - b.startMs);
      if (behind) store.spans = all.slice();
      const { clock, ids } = start(store, { startAt: new Date(NOON).toISOString() });
      if (behind) clock.advance(46 * 60_000);
      for (let second = 0; second <= 46 * 60; second += 5) {
        if (!behind) store.spans = all.filter(({ startMs }) => startMs <= NOON + second * 1000);
        clock.advance(5_000);
        await settle();
      }
      expect(ids().filter((id) => id < 1000)).toEqual(minutes);
      expect(ids()).toHaveLength(all.length);
    },
  );

  it('takes a slow span that is stored at its end, with its trace, and does not take it again', async () => {
    const store = new FakeStore();
    const { clock, ids } = start(store);
    const all = Array.from({ length: 36 }, (_unused, i) => ({ ...at(i * 20 + 5, i + 2), trace: 1 }));
    for (let second = 0; second <= 20 * 60; second += 5) {
      store.spans = all.filter(({ startMs }) => startMs <= NOON + second * 1000);
      if (second >= 10 * 60) store.spans.push({ ...at(1, 1, 600_000), trace: 1 });
      clock.advance(5_000);
      await settle();
    }
    expect(ids().filter((id) => id === 1)).toHaveLength(1);
    expect(ids()).toHaveLength(all.length + 1);
  });

  it('takes nothing again after a restart that was over long before', async () => {
    const store = new FakeStore();
    store.spans = [
      { ...at(-3600, 1), trace: 1 },
      { ...at(-30, 2), trace: 1 },
    ];
    const { ids } = start(store, {}, JSON.stringify({ throughMs: NOON - 60_000 }));
    await settle();
    expect(ids()).toEqual([2]);
  });

  it('hands over both sides of a call that share an id, each once and the server as the child', async () => {
    const store = new FakeStore();
    const [client, server] = [SpanKind.Client, SpanKind.Server];
    // The server's is stored first.
    store.spans = [{ ...at(11, 7, 20), trace: 1, kind: server }];
    const { clock, sink } = start(store);
    await settle();
    clock.advance(60_000);
    await settle();
    store.spans.push({ ...at(10, 7, 50), trace: 1, kind: client });
    store.spans.push({ ...at(60, 7, 50), trace: 2, kind: client }, { ...at(61, 7), trace: 2, kind: server });
    store.spans.push({ ...at(62, 8), trace: 2, kind: server, parent: 7 });
    for (let minute = 0; minute < 3; minute++) {
      clock.advance(60_000);
      await settle();
    }
    const [low, own] = ['00000007', '7365727600000007'];
    const told = sink.spans.map(({ traceId, spanId, parentId }) => [traceId.at(-1), spanId, parentId]);
    expect(told.sort((a, b) => (String(a) < String(b) ? -1 : 1))).toEqual([
      ['1', `00000000${low}`, '0000000000000000'],
      ['1', `00000000${low}`, '0000000000000000'],
      ['2', `00000000${low}`, '0000000000000000'],
      ['2', '0000000000000008', own],
      ['2', own, `00000000${low}`],
    ]);
  });
});
