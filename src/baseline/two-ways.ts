import type { ComponentKind } from '../domain/component.ts';
import { usOf } from '../domain/summary.ts';
import { LATENCY, leastBetween } from './fit.ts';
import { MAD_TO_SIGMA, quantile } from './robust.ts';
import type { Series } from './series.ts';

/** A stretch of what one component was learned from that stands out from the rest of it. */
export interface Stretch {
  /** Window numbers, [from, to). */
  readonly from: number;
  readonly to: number;
  /** Means of the stretch and of the rest, in the summary's terms. */
  readonly observed: number;
  readonly expected: number;
  /** Traces in the stretch. */
  readonly traces: number;
  /** How far a middling block of it lies from the rest, standard errors. */
  readonly z: number;
  /** Windows of a block: it begins and ends somewhere in one. */
  readonly blockWindows: number;
}

/** Blocks of one, two and five minutes: the shortest in which most hold enough is taken. */
const BLOCK_WINDOWS = [6, 12, 30] as const;
/** Fewer traces are no block, fewer blocks tell no rest from a stretch. */
const LEAST_TRACES = 4;
const LEAST_BLOCKS = 10;
/** Part of the blocks that must hold enough. */
const MOST_FULL = 0.7;
/** A block further out than this is part of a stretch; one in two of a stretch must be as far out as what the fit drops. */
const HOT_Z = 4;
const MIDDLING_Z = 7;
const LEAST_HOT = 2;
/** Fewer traces make no baseline, and no second way: a few of a rarer path are a burst of it. */
const LEAST_IN_ALL = 20;
/** Passes of "where is the rest, what stands out from it". */
const PASSES = 3;
/** Stretches like it that hot blocks strewn at random would make. */
const MOST_BY_CHANCE = 0.05;
/** What stands out in more of the blocks is the rule, and nobody knows which of the two is normal. */
const MOST_OUT = 0.5;
/** What nobody would notice is no second way: as the effect floor of the evidence. */
const LEAST_RATIO = 1.25;
const LEAST_US = 500;
const LEAST_FAILING = 0.01;

interface Block {
  readonly number: number;
  count: number;
  sum: number;
}

interface Rest {
  readonly level: number;
  readonly between: number;
  readonly within: number;
}

interface Run {
  readonly blocks: Block[];
  hot: number;
}

/**
 * The stretches in which a component was slower, or failed more, than in the rest of what it was learned from: an epidemic
 * change (Levin and Kline, Statistics in Medicine 1985), by medians, so that up to half of it may stand out
 * (docs/detection.md, section 3). Empty for kinds that are no time and no failure, and where there is too little.
 */
export function stretchesOf(kind: ComponentKind, series: Series): readonly Stretch[] {
  if (!LATENCY.has(kind) && kind !== 'error') return [];
  for (const blockWindows of BLOCK_WINDOWS) {
    const all = blocksOf(series, blockWindows);
    const blocks = all.filter(({ count }) => count >= LEAST_TRACES);
    if (blocks.length < LEAST_BLOCKS || blocks.length < MOST_FULL * all.length) continue;
    return stretchesAmong(blocks, { kind, within: middlingVariance(series), blockWindows });
  }
  return [];
}

function blocksOf({ length, window, count, sum }: Series, windows: number): Block[] {
  const blocks: Block[] = [];
  for (let i = 0; i < length; i++) {
    const number = Math.floor(window[i] / windows);
    let block = blocks.at(-1);
    if (block?.number !== number) blocks.push((block = { number, count: 0, sum: 0 }));
    block.count += count[i];
    block.sum += sum[i];
  }
  return blocks;
}

/** Variance from trace to trace, of a middling window: a stretch that is noisier than the rest does not widen it. */
function middlingVariance({ length, count, sum, sumOfSquares }: Series): number {
  const variances: number[] = [];
  for (let i = 0; i < length; i++) {
    if (count[i] < 2) continue;
    variances.push(Math.max(0, (sumOfSquares[i] - sum[i] ** 2 / count[i]) / (count[i] - 1)));
  }
  return variances.length === 0 ? 0 : quantile(variances, 0.5);
}

function stretchesAmong(
  blocks: readonly Block[],
  { kind, within, blockWindows }: { kind: ComponentKind; within: number; blockWindows: number },
): readonly Stretch[] {
  let out = new Set<Block>();
  let rest: Rest = { level: 0, between: 0, within };
  let runs: Run[] = [];
  let alone = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    rest = restOf(
      blocks.filter((block) => !out.has(block)),
      { kind, within, first: pass === 0 },
    );
    const isHot = blocks.map((block) => zOf(block, rest) > HOT_Z && isNoticed(kind, block, rest.level));
    if (!isHot.includes(true)) return [];
    const all = runsOf(blocks, isHot);
    runs = all.filter(({ hot }) => hot >= LEAST_HOT);
    alone = all.length - runs.length;
    out = new Set(runs.flatMap((run) => run.blocks));
  }
  if (out.size > MOST_OUT * blocks.length) return [];
  const byChance = (hot: number): number => blocks.length * ((alone + 1) / blocks.length) ** hot;
  return runs
    .filter(({ hot }) => byChance(hot) < MOST_BY_CHANCE)
    .map((run) => stretchOf(run, rest, blockWindows))
    .filter(({ z, traces }) => z >= MIDDLING_Z && traces >= LEAST_IN_ALL);
}

/** Where what is left of the blocks lies, and how much of itself they vary. */
function restOf(
  blocks: readonly Block[],
  { kind, within, first }: { kind: ComponentKind; within: number; first: boolean },
): Rest {
  const means = blocks.map(meanOf);
  let level = quantile(means, 0.5);
  let ownWithin = within;
  if (kind === 'error') {
    const count = blocks.reduce((sum, block) => sum + block.count, 0);
    // Of rare failures the median is none; once what stands out is gone, the mean is told by more than that.
    if (!first) level = blocks.reduce((sum, block) => sum + block.sum, 0) / count;
    const p = level + 0.5 / (count + 1);
    ownWithin = p * (1 - p);
  }
  const spread =
    (MAD_TO_SIGMA *
      quantile(
        means.map((mean) => Math.abs(mean - level)),
        0.5,
      )) **
    2;
  const sampling = quantile(
    blocks.map(({ count }) => ownWithin / count),
    0.5,
  );
  return { level, between: Math.max(leastBetween(kind), spread - sampling), within: ownWithin };
}

function meanOf({ count, sum }: Block): number {
  return sum / count;
}

function zOf(block: Block, { level, between, within }: Rest): number {
  return (meanOf(block) - level) / Math.sqrt(between + within / block.count);
}

function isNoticed(kind: ComponentKind, block: Block, level: number): boolean {
  if (kind === 'error') return meanOf(block) - level >= LEAST_FAILING;
  const [observedUs, usualUs] = [usOf(meanOf(block)), usOf(level)];
  return observedUs >= LEAST_RATIO * usualUs && observedUs - usualUs >= LEAST_US;
}

/** Hot blocks next to each other, or with one that is not between them. */
function runsOf(blocks: readonly Block[], isHot: readonly boolean[]): Run[] {
  const runs: Run[] = [];
  let lastHot = Number.NEGATIVE_INFINITY;
  blocks.forEach((block, i) => {
    if (!isHot[i]) return;
    const run = runs.at(-1);
    if (run !== undefined && block.number - blocks[lastHot].number <= 2) {
      run.blocks.push(...blocks.slice(lastHot + 1, i + 1));
      run.hot++;
    } else runs.push({ blocks: [block], hot: 1 });
    lastHot = i;
  });
  return runs;
}

function stretchOf({ blocks }: Run, rest: Rest, blockWindows: number): Stretch {
  const traces = blocks.reduce((sum, { count }) => sum + count, 0);
  return {
    from: blocks[0].number * blockWindows,
    to: (blocks[blocks.length - 1].number + 1) * blockWindows,
    observed: blocks.reduce((sum, block) => sum + block.sum, 0) / traces,
    expected: rest.level,
    traces,
    z: quantile(
      blocks.map((block) => zOf(block, rest)),
      0.5,
    ),
    blockWindows,
  };
}
