import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasPast, pastSpans } from '../../../src/app/past-spans.ts';
import { createVocabulary } from '../../../src/app/vocabulary.ts';
import { parseConfig } from '../../../src/config/index.ts';
import type { Source, SpanSink } from '../../../src/domain/arrival.ts';
import { copySpan } from '../../../src/domain/copy-span.ts';
import { SpanBatch } from '../../../src/domain/span-batch.ts';
import { simulate } from '../../../src/simulator/index.ts';
import { spanView } from '../../formats/span-view.ts';
import { RecordingSink, testRuntime } from '../../sources/recording-sink.ts';

type TestRuntime = ReturnType<typeof testRuntime>;

/** A real server that a source pulls from, and what the suite does with it. */
export interface PullHarness {
  start(): Promise<void>;
  stop(passed: boolean): Promise<void>;
  /** The server goes away, and comes back with what it had. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Resolves when the spans can be read. */
  put(batch: SpanBatch): Promise<void>;
  /** A source over all that was put since `start`. */
  open(sink: SpanSink, cursor: string | undefined, runtime: TestRuntime): Source;
  /** The gauge that says how far behind it is. */
  readonly lagMetric: string;
  /** The same source as a configuration has it. */
  config(): string;
}

const PATIENCE = { timeout: 80_000, interval: 100 };

/** What every source that pulls promises (docs/architecture.md, "Contracts"), with the real server. */
export function pullConformance(name: string, harness: PullHarness): void {
  describe(name, () => {
    const spans = ordinaryTraffic();
    const sources: Source[] = [];
    let failed = false;
    beforeAll(() => harness.start(), 120_000);
    afterEach(async ({ task }) => {
      failed ||= task.result?.state === 'fail';
      for (const source of sources.splice(0)) await source.shutdown();
    });
    afterAll(() => harness.stop(!failed), 60_000);

    async function open(cursor?: string, sink = new RecordingSink(), runtime = testRuntime()) {
      const source = harness.open(sink, cursor, runtime);
      sources.push(source);
      await source.start();
      return { source, sink, runtime };
    }
    let cursor: string | undefined;
    let handed = 0;

    it('hands over each span once, waiting while the sink is busy', async () => {
      await harness.put(spans.part(0));
      handed = spans.part(0).length;
      const sink = new RecordingSink();
      sink.outcome = { kind: 'busy', retryAfterMs: 50 };
      const { source } = await open(undefined, sink);
      await expect.poll(() => sink.refused, PATIENCE).toBeGreaterThan(2);
      expect(sink.spans).toHaveLength(0);
      sink.outcome = { kind: 'ok' };
      await expect.poll(() => sink.spans.length, PATIENCE).toBe(handed);
      expect(idsOf(sink).size).toBe(handed);
      expect([...idsOf(sink)].sort()).toEqual(idsIn(spans.part(0)).sort());
      await source.shutdown();
      cursor = sink.cursors.at(-1);
    }, 240_000);

    it('goes on after its cursor, and reads again no more than the overlap', async () => {
      expect(cursor).toBeDefined();
      await harness.put(spans.part(1));
      const { sink } = await open(cursor);
      const fresh = idsIn(spans.part(1));
      await expect.poll(() => fresh.filter((id) => !idsOf(sink).has(id)).length, PATIENCE).toBe(0);
      expect(idsOf(sink).size).toBe(sink.spans.length);
    }, 240_000);

    it('counts spans that come late, and those around them, once', async () => {
      const { sink, runtime } = await open();
      const before = idsIn(spans.part(0)).length + idsIn(spans.part(1)).length;
      await expect.poll(() => sink.spans.length, PATIENCE).toBe(before);
      await harness.put(spans.part(2));
      await expect.poll(() => sink.spans.length, PATIENCE).toBe(before + spans.part(2).length);
      expect(idsOf(sink).size).toBe(sink.spans.length);
      expect(await runtime.metrics.registry.metrics()).toMatch(
        new RegExp(`^${harness.lagMetric}\\{source="pulled"\\} \\d`, 'm'),
      );
    }, 240_000);

    it('gives its past, once, to learn from', async () => {
      const outcome = parseConfig(`sources: [${harness.config()}]`, 'test');
      if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
      const { config } = outcome;
      const [source] = config.sources;
      if (!hasPast(source)) throw new Error('it has no past');
      const stretch = { fromMs: Date.now() - 900_000, toMs: Date.now() };
      const parts = { config, vocabulary: createVocabulary(config.names) };
      const ids: string[] = [];
      for await (const { batch } of pastSpans(source, stretch, parts, testRuntime()))
        ids.push(...idsIn(batch));
      expect(ids.sort()).toEqual([0, 1, 2].flatMap((i) => idsIn(spans.part(i))).sort());
    }, 240_000);

    it('goes on when the server was away', async () => {
      const { sink } = await open();
      const before = [0, 1, 2].reduce((sum, i) => sum + spans.part(i).length, 0);
      await expect.poll(() => sink.spans.length, PATIENCE).toBe(before);
      await harness.down();
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await harness.up();
      await harness.put(spans.part(3));
      await expect.poll(() => sink.spans.length, PATIENCE).toBe(before + spans.part(3).length);
      expect(idsOf(sink).size).toBe(sink.spans.length);
    }, 240_000);
  });
}

function idsOf(sink: RecordingSink): Set<string> {
  return new Set(sink.spans.map(({ traceId, spanId }) => traceId + spanId));
}

function idsIn(batch: SpanBatch): string[] {
  return Array.from({ length: batch.length }, (_unused, i) => {
    const { traceId, spanId } = spanView(batch, i);
    return traceId + spanId;
  });
}

/** Twenty seconds of the shop, ended a minute ago, in four parts that are mixed in time: each is late to the one before. */
function ordinaryTraffic() {
  const simulation = simulate({ seed: 7, startMs: Date.now() - 80_000, tracesPerSecond: 5 });
  const all = simulation.newBatch();
  for (let second = 0; second < 20; second++) simulation.second(second, all);
  const parts = [0, 1, 2, 3].map(() => new SpanBatch(all.names));
  for (let i = 0; i < all.length; i++) {
    const part = parts[i % 4];
    copySpan(all, i, part, part.push());
  }
  return { part: (i: number) => parts[i] };
}
