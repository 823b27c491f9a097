import { expect, it } from 'vitest';
import { createLoopedLoad } from '../../bench/load/looped-load.ts';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { createFormats } from '../../src/formats/index.ts';

const START_MS = Date.UTC(2026, 5, 1, 12);

/** Traces by id: their spans, and by how many parents are missing. */
function decodeSeconds(seconds: number): Map<string, { spans: number; roots: number; firstUs: number }> {
  const load = createLoopedLoad({ seed: 1, tracesPerSecond: 20, loopSeconds: 5 });
  const names = new Names();
  const format = createFormats(names).byName['otlp-proto'];
  const traces = new Map<string, { spans: number; roots: number; firstUs: number }>();
  for (let second = 0; second < seconds; second++) {
    const startMs = START_MS + second * 1000;
    for (const bytes of load.requests(second, startMs)) {
      const batch = new SpanBatch(names);
      format.decode(bytes, batch);
      for (let i = 0; i < batch.length; i++) {
        const id = [0, 1, 2, 3].map((w) => batch.traceId[i * 4 + w]).join(',');
        const trace = traces.get(id) ?? { spans: 0, roots: 0, firstUs: Infinity };
        trace.spans++;
        if (batch.parentId[i * 2] === 0 && batch.parentId[i * 2 + 1] === 0) trace.roots++;
        trace.firstUs = Math.min(trace.firstUs, batch.startUs[i]);
        traces.set(id, trace);
        const endUs = batch.startUs[i] + batch.durationUs[i];
        expect(Math.abs(endUs / 1000 - startMs - 500)).toBeLessThan(520);
      }
    }
  }
  return traces;
}

it('sends each second what ends in it, loop after loop, every trace whole and with an id of its own', () => {
  const traces = [...decodeSeconds(80).values()];
  const begunEarly = traces.filter(({ firstUs }) => firstUs / 1000 < START_MS + 20_000);
  expect(begunEarly.every(({ roots }) => roots === 1)).toBe(true);
  expect(begunEarly.length).toBeGreaterThan(300);
  const perLoop = [0, 1, 2, 3].map((loop) =>
    begunEarly
      .filter(({ firstUs }) => Math.floor((firstUs / 1000 - START_MS) / 5000) === loop)
      .reduce((sum, { spans }) => sum + spans, 0),
  );
  expect(new Set(perLoop).size).toBe(1);
});
