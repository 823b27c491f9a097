import type { StratumCell } from './place-windows.ts';

/** How a part of a component's places differs from the others at the same time. */
export interface Deviation {
  /** Traces of the part, after leaving out; and of the others beside them. */
  readonly count: number;
  readonly others: number;
  /** Mean of the part, and how far it lies above the others in the same windows. */
  readonly observed: number;
  readonly deviation: number;
  /** Variance of `deviation` if all places were alike. */
  readonly sampling: number;
  /** What a spread of the places' own levels is multiplied by in the variance of `deviation`. */
  readonly perSpread: number;
}

export interface DeviationOptions {
  /** The part's window with the largest excess (when several) and then its largest trace are left out. */
  readonly leaveOut: boolean;
  /** Variance from trace to trace that is believed at the least. */
  readonly leastWithin: number;
}

/** All cells of a component over the newest `windows`, by how many windows back. */
export interface StratumSums {
  readonly windows: number;
  readonly count: Float64Array;
  readonly sum: Float64Array;
  /** Variance from trace to trace, pooled inside cells. */
  readonly within: number;
  readonly places: number;
}

export function sumsOf(cells: readonly StratumCell[], windows: number): StratumSums {
  const count = new Float64Array(windows);
  const sum = new Float64Array(windows);
  for (const cell of cells) {
    for (let back = 0; back < windows; back++) {
      count[back] += cell.count[back];
      sum[back] += cell.sum[back];
    }
  }
  return { windows, count, sum, within: withinOf(cells, windows), places: placesOf(cells, windows) };
}

/**
 * The part of the cells against the rest of `all`: window by window, so that what moves all of them at the same time is in
 * neither side (a stratified two-sample comparison; Cochran, Biometrics 1954):
 *
 *     deviation = sum_w n_w (mean_w - othersMean_w) / sum_w n_w
 *     sampling  = s^2 sum_w n_w^2 (1 / n_w + 1 / others_w) / (sum_w n_w)^2
 *
 * with s^2 the variance from trace to trace pooled inside cells. Undefined when one side is empty throughout.
 */
export function deviationOf(
  all: StratumSums,
  part: readonly StratumCell[],
  { leaveOut, leastWithin }: DeviationOptions,
): Deviation | undefined {
  const rows = windowRows(all, part);
  const kept = leaveOut ? withoutWorst(rows, all.windows > 1) : rows;
  let count = 0;
  let sum = 0;
  let excess = 0;
  let beside = 0;
  let weight = 0;
  for (const { n, mean, othersCount, othersMean } of kept) {
    count += n;
    sum += n * mean;
    excess += n * (mean - othersMean);
    beside += othersCount;
    weight += n * n * (1 / n + 1 / othersCount);
  }
  if (count <= 0 || beside <= 0) return undefined;
  const places = placesOf(part, all.windows);
  return {
    count,
    others: beside,
    observed: sum / count,
    deviation: excess / count,
    sampling: (Math.max(leastWithin, all.within) * weight) / count ** 2,
    perSpread: 1 / places + 1 / Math.max(1, all.places - places),
  };
}

interface WindowRow {
  readonly n: number;
  readonly mean: number;
  readonly top: number;
  readonly othersCount: number;
  readonly othersMean: number;
}

/** A side that is this small is what rounding leaves of nothing. */
const NOTHING = 1e-9;

function windowRows(all: StratumSums, part: readonly StratumCell[]): WindowRow[] {
  const rows: WindowRow[] = [];
  for (let back = 0; back < all.windows; back++) {
    const [n, sum, top] = sums(part, back);
    const othersCount = all.count[back] - n;
    if (n <= NOTHING || othersCount <= NOTHING) continue;
    rows.push({ n, mean: sum / n, top, othersCount, othersMean: (all.sum[back] - sum) / othersCount });
  }
  return rows;
}

function sums(cells: readonly StratumCell[], back: number): readonly [number, number, number] {
  let count = 0;
  let sum = 0;
  let top = Number.NEGATIVE_INFINITY;
  for (const cell of cells) {
    if (cell.count[back] <= 0) continue;
    count += cell.count[back];
    sum += cell.sum[back];
    top = Math.max(top, cell.top[back]);
  }
  return [count, sum, top];
}

function withoutWorst(rows: readonly WindowRow[], several: boolean): WindowRow[] {
  const excess = (row: WindowRow): number => row.n * (row.mean - row.othersMean);
  let rest = [...rows];
  if (several && rest.length > 1) {
    const worst = rest.reduce((most, row) => (excess(row) > excess(most) ? row : most));
    rest = rest.filter((row) => row !== worst);
  }
  if (rest.length === 0) return rest;
  const top = rest.reduce((most, row) => (row.top > most.top ? row : most));
  return rest.flatMap((row) => {
    if (row !== top) return [row];
    const n = row.n - Math.min(1, row.n);
    return n <= NOTHING ? [] : [{ ...row, n, mean: (row.n * row.mean - (row.n - n) * row.top) / n }];
  });
}

/** Pooled over cells: the level of each is its own, what moves it from window to window counts as noise. */
function withinOf(cells: readonly StratumCell[], windows: number): number {
  let squares = 0;
  let freedom = 0;
  for (const cell of cells) {
    let n = 0;
    let sum = 0;
    let sumOfSquares = 0;
    for (let back = 0; back < windows; back++) {
      n += cell.count[back];
      sum += cell.sum[back];
      sumOfSquares += cell.sumOfSquares[back];
    }
    if (n <= 1) continue;
    squares += Math.max(0, sumOfSquares - (sum * sum) / n);
    freedom += n - 1;
  }
  return freedom > 0 ? squares / freedom : 0;
}

function placesOf(cells: readonly StratumCell[], windows: number): number {
  const places = new Set<number>();
  for (const { place, version, count } of cells)
    for (let back = 0; back < windows; back++)
      if (count[back] > 0) places.add(place === 0 ? -version : place);
  return Math.max(1, places.size);
}
