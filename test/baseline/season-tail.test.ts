import { expect, it } from 'vitest';
import { BatchFit } from '../../src/baseline/index.ts';
import { momentOf } from '../../src/baseline/season.ts';
import { moveSeason } from '../../src/baseline/season-level.ts';
import { tailOf } from '../../src/detect/tail-counts.ts';
import { HISTOGRAM_BUCKETS, histogramBucket, SummaryBatch } from '../../src/domain/summary.ts';
import { createRandom } from '../../src/runtime/index.ts';
import { tableOf } from '../summarise/summaries.ts';
import { normals, START_MS } from './simulated.ts';

const DAY = 8640;
const FIRST = START_MS / 10_000;
const TRACES = 8;
/** One request in two hundred takes about three times as long. */
const SLOW = 0.005;

/** Windows from a noon on; slowest at noon. */
function windowAt(
  component: number,
  i: number,
  { random, normal }: { random: () => number; normal: () => number },
): SummaryBatch {
  const batch = new SummaryBatch(1);
  batch.windowStartMs = START_MS + i * 10_000;
  batch.traces = TRACES;
  const row = batch.addRow(component);
  batch.count[row] = batch.values[row] = TRACES;
  const level = 9 + 0.4 * Math.cos((2 * Math.PI * i) / DAY);
  for (let n = 0; n < TRACES; n++) {
    const value = level + (random() < SLOW ? 1.1 + 0.3 * normal() : 0.15 * normal());
    batch.sum[row] += value;
    batch.sumOfSquares[row] += value * value;
    batch.histogram[row * HISTOGRAM_BUCKETS + histogramBucket(value)]++;
  }
  return batch;
}

it('a tail moves with the season: as many lie in it at night as at noon, and as many as were learned', () => {
  const { table, self } = tableOf(1);
  const random = createRandom(7);
  const draws = { random, normal: normals(random) };
  const fit = new BatchFit(table, []);
  for (let i = 0; i < 2 * DAY; i++) fit.observe(windowAt(self[0], i, draws));
  const baseline = fit.fit().get(self[0]);
  expect(baseline?.season).toBeDefined();
  if (baseline?.tail === undefined) throw new Error('no tail was learned');
  const hits = { noon: 0, night: 0 };
  for (let i = 2 * DAY; i < 3 * DAY; i++) {
    moveSeason(baseline, momentOf(FIRST + i));
    const fromNoon = Math.abs((i % DAY) / DAY - 0.5);
    hits[fromNoon > 0.25 ? 'noon' : 'night'] += tailOf(windowAt(self[0], i, draws), 0, baseline).traces;
  }
  const learned = (baseline.tail.exceeded / baseline.tail.traces) * (DAY / 2) * TRACES;
  // Poisson: three standard deviations and a half, and a bucket of 19%.
  for (const seen of [hits.noon, hits.night]) {
    expect(seen).toBeGreaterThan(learned - 3.5 * Math.sqrt(learned));
    expect(seen).toBeLessThan(learned + 3.5 * Math.sqrt(learned));
  }
});
