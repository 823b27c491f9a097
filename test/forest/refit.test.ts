import { describe, expect, it } from 'vitest';
import { RecentFeatures, refitForests, TRACE_FEATURES } from '../../src/forest/index.ts';
import { createRandom } from '../../src/runtime/index.ts';

const WIDTH = TRACE_FEATURES.length;

/** Traces of ten spans with small residuals, or with `off` in each. */
function feed(recent: RecentFeatures, traces: number, { entry = 7, off = 0, fromMs = 0 } = {}): void {
  const random = createRandom(5);
  for (let i = 0; i < traces; i++) {
    const drawn = recent.draw(entry);
    if (drawn === undefined) continue;
    const { sample, row } = drawn;
    for (let f = 0; f < WIDTH; f++) sample.features[row * WIDTH + f] = off + Math.round(random() * 100) / 100;
    sample.features[row * WIDTH + 5] = Math.log(10);
    sample.strength[row] = random();
    sample.endMs[row] = fromMs + i;
  }
}

function scoreOf(
  row: number[],
  forest: { score(rows: Float64Array, n: number, into: Float64Array): void },
): number {
  const into = new Float64Array(1);
  forest.score(Float64Array.from(row), 1, into);
  return into[0];
}

describe('a sample of recent traces', () => {
  it('is bounded, follows what is recent, and draws evenly from it', () => {
    const recent = new RecentFeatures(createRandom(1));
    feed(recent, 100_000);
    feed(recent, 100_000, { fromMs: 1e9 });
    const sample = recent.entries.get(7);
    expect(sample?.length).toBe(2048);
    const old = sample?.endMs.filter((endMs) => endMs < 1e9).length ?? 0;
    // After 100,000 more, exp(-100,000 / 40,960) = 9% of the old are left.
    expect(old / 2048).toBeGreaterThan(0.05);
    expect(old / 2048).toBeLessThan(0.13);
  });

  it('knows 64 entries at most', () => {
    const recent = new RecentFeatures(createRandom(1));
    for (let entry = 0; entry < 100; entry++) feed(recent, 3, { entry });
    expect(recent.entries.size).toBe(64);
  });
});

describe('fitting forests anew', () => {
  it('gives each entry with enough traces a forest of a worker, deterministic in its seed', async () => {
    const recent = new RecentFeatures(createRandom(1));
    feed(recent, 500);
    feed(recent, 100, { entry: 8 });
    const options = { seed: 3, isCovered: () => false };
    const forests = await refitForests(recent, options);
    expect([...forests.keys()]).toEqual([7]);
    const forest = forests.get(7);
    expect(forest?.usualLogSpans).toBeCloseTo(Math.log(10), 6);
    expect(forest?.usualStrength).toBeGreaterThan(0.95);
    const again = await refitForests(recent, options);
    expect(again.get(7)?.forest.trees).toEqual(forest?.forest.trees);
    const usual = scoreOf([0.5, 0.5, 0.5, 0.5, 0.5, 0, 0.5, 0.5], forest!.forest);
    const odd = scoreOf([9, 9, 9, 9, 9, 2, 9, 9], forest!.forest);
    expect(usual).toBeLessThan(forest!.threshold);
    expect(odd).toBeGreaterThan(forest!.threshold);
  });

  it('leaves out what an incident covers', async () => {
    const recent = new RecentFeatures(createRandom(1));
    feed(recent, 300);
    feed(recent, 300, { off: 8, fromMs: 1_000_000 });
    const row = [8.5, 8.5, 8.5, 8.5, 8.5, 0, 8.5, 8.5];
    const all = await refitForests(recent, { seed: 3, isCovered: () => false });
    const clean = await refitForests(recent, { seed: 3, isCovered: (endMs) => endMs >= 1_000_000 });
    expect(scoreOf(row, all.get(7)!.forest)).toBeLessThan(all.get(7)!.threshold);
    expect(scoreOf(row, clean.get(7)!.forest)).toBeGreaterThan(clean.get(7)!.threshold);
    expect((await refitForests(recent, { seed: 3, isCovered: () => true })).size).toBe(0);
  });
});
