import { describe, expect, it } from 'vitest';
import { distances, kolmogorovSmirnov, seriesOf, STATISTICS } from '../../bench/twin/compare.ts';
import { spanWindows } from '../../bench/twin/span-windows.ts';
import { SummaryTwin, type TwinOptions } from '../../bench/twin/summary-twin.ts';
import { createVocabulary, type Vocabulary } from '../../src/app/vocabulary.ts';
import { BatchFit } from '../../src/baseline/index.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import type { SummaryBatch } from '../../src/domain/summary.ts';
import { growTopology, type Topology } from '../../src/simulator/index.ts';

const grown = growTopology({ seed: 3, services: 8 });
const topology: Topology = { ...grown, nodes: grown.nodes.map(({ name, skewUs }) => ({ name, skewUs })) };
const WINDOWS = 360;
/** Three hours of each side: the load is autocorrelated over minutes, so that one hour holds few independent stretches. */
const HOURS = 3;

const options = (seed: number, of: Topology = topology): TwinOptions => ({
  topology: of,
  seed,
  startMs: Date.UTC(2026, 4, 1, 12),
  tracesPerSecond: 4,
});

function twinWindows(vocabulary: Vocabulary, of: TwinOptions, windows: number): SummaryBatch[] {
  const twin = new SummaryTwin(vocabulary, of);
  return Array.from({ length: windows }, () => twin.window());
}

/** The first minute is left out: what began before second 0 is not in it. */
function hours(make: (seed: number) => SummaryBatch[]): SummaryBatch[] {
  return Array.from({ length: HOURS }, (_, hour) => make(100 + hour).slice(6)).flat();
}

/** Levels lie where the autocorrelated load puts them: two spans' hours are up to .035 apart by the same statistic. */
const MOST_APART = { count: 0.15, mean: 0.08, meanOfSquares: 0.08 } as const;

describe('an hour of the twin is an hour of spans', () => {
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const spans = hours((seed) => spanWindows(vocabulary, options(seed), WINDOWS));
  const twins = hours((seed) => twinWindows(vocabulary, options(seed + 50), WINDOWS));

  it('in counts, means and sums of squares of every kind of component, by Kolmogorov and Smirnov', () => {
    const apart = distances(vocabulary.table, seriesOf(spans), seriesOf(twins));
    const kinds = ['self', 'dependency', 'request', 'response', 'total', 'error', 'calls', 'traffic'];
    for (const kind of kinds)
      for (const statistic of STATISTICS) {
        const distance = apart.get(`${kind} ${statistic}`);
        expect(distance, `${kind} ${statistic}`).toBeLessThan(MOST_APART[statistic]);
      }
  });

  it('in the spreads that baselines take from it: within windows, and between them at every scale', () => {
    const [a, b] = [spans, twins].map((windows) => {
      const fit = new BatchFit(vocabulary.table, []);
      for (const window of windows) fit.observe(window);
      return fit.fit();
    });
    expect(b.size).toBeGreaterThan(a.size * 0.95);
    const ratios = (get: (of: NonNullable<ReturnType<typeof a.get>>) => number): number => {
      const all = [...a].flatMap(([component, baseline]) => {
        const other = b.get(component);
        return other === undefined || get(baseline) === 0 ? [] : [get(other) / get(baseline)];
      });
      return all.sort((x, y) => x - y)[all.length >> 1];
    };
    expect(ratios(({ within }) => within)).toBeCloseTo(1, 0.8);
    for (let scale = 0; scale < 4; scale++)
      expect(ratios(({ between }) => between[scale])).toBeCloseTo(1, 0.8);
  });

  it('and a twin that is a tenth slower is told apart', () => {
    const slower = twins.map((batch) => {
      const copy = Object.assign(
        Object.create(Object.getPrototypeOf(batch) as object) as SummaryBatch,
        batch,
      );
      copy.sum = batch.sum.map((sum, i) => sum + 0.1 * batch.count[i]);
      return copy;
    });
    const apart = distances(vocabulary.table, seriesOf(spans), seriesOf(slower));
    expect(apart.get('self mean')).toBeGreaterThan(MOST_APART.mean * 1.5);
  });
});

describe('SummaryTwin', () => {
  it('gives the same windows for the same seed', () => {
    const sums = (seed: number): number[] =>
      twinWindows(createVocabulary(DEFAULT_NAME_LIMITS), options(seed), 12).flatMap(({ sum }) => [...sum]);
    expect(sums(1)).toEqual(sums(1));
    expect(sums(1)).not.toEqual(sums(2));
  });

  it('gives the same windows in room that is used again', () => {
    const sums = (giveBack: boolean): number[] => {
      const twin = new SummaryTwin(createVocabulary(DEFAULT_NAME_LIMITS), options(3));
      return Array.from({ length: 30 }, () => {
        const window = twin.window();
        const { length, sum, sumOfSquares, histogram, traces } = window;
        const all = [length, traces, ...sum, ...sumOfSquares, ...histogram].reduce((a, b) => a + b, 0);
        if (giveBack) twin.giveBack(window);
        return all;
      });
    };
    expect(sums(true)).toEqual(sums(false));
  });

  it('lets failures come by chance, not again and again for hours with one kept trace', () => {
    const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
    const { table } = vocabulary;
    const BLOCK = 60;
    const blocks = new Map<number, number[]>();
    const windows = twinWindows(vocabulary, options(7), 24 * BLOCK);
    windows.forEach((batch, w) => {
      for (let i = 0; i < batch.length; i++) {
        if (table.kindOf(batch.component[i]) !== 'error') continue;
        let of = blocks.get(batch.component[i]);
        if (of === undefined) blocks.set(batch.component[i], (of = new Array<number>(24).fill(0)));
        of[Math.floor(w / BLOCK)] += batch.sum[i];
      }
    });
    const sums = { mean: 0, variance: 0 };
    for (const failed of blocks.values()) {
      const mean = failed.reduce((a, b) => a + b, 0) / failed.length;
      sums.mean += mean;
      sums.variance += failed.reduce((a, b) => a + (b - mean) ** 2, 0) / (failed.length - 1);
    }
    // 1 for a Poisson process (Fisher's index of dispersion), and a little more as the load rises and falls.
    expect(sums.variance / sums.mean).toBeLessThan(1.5);
    expect(sums.mean).toBeGreaterThan(1);
  });

  it('refuses clocks that drift', () => {
    const nodes = topology.nodes.map((node) => ({ ...node, drift: { ppm: 5, mostUs: 100 } }));
    const drifting = { ...topology, nodes };
    expect(() => new SummaryTwin(createVocabulary(DEFAULT_NAME_LIMITS), options(1, drifting))).toThrow(
      RangeError,
    );
  });

  it('measures a distance of nothing and of everything', () => {
    expect(kolmogorovSmirnov([1, 2, 3], [1, 2, 3])).toBe(0);
    expect(kolmogorovSmirnov([1, 2, 3], [4, 5, 6])).toBe(1);
    expect(kolmogorovSmirnov([1, 1, 2, 2], [1, 2, 2, 2])).toBe(0.25);
  });
});
