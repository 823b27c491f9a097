import type { Baseline } from '../baseline/port.ts';
import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import { SCALES } from '../domain/scales.ts';

/** What is new gets what nine in ten of its kind are within: it may fail as often as the worse of those that are known. */
const QUANTILE = 0.9;

/**
 * What is expected of the failures of an operation that was never learned: the share of traces that nine in ten of the
 * learned operations stay within, with the window's spread of the same, and Jeffreys' half a failure in all of their
 * traces. Undefined where no operation was learned. Only for a trace by itself: in a running service an operation is
 * learned before it is judged.
 */
export function newErrorBaseline(
  table: ComponentTable,
  baselines: readonly (Baseline | undefined)[],
): Baseline | undefined {
  const known = baselines.filter(
    (baseline, component): baseline is Baseline =>
      baseline !== undefined && table.kind[component] === KindCode.error,
  );
  if (known.length === 0) return undefined;
  const values = known.reduce((sum, baseline) => sum + baseline.values, 0);
  const level = Math.max(quantileOf(known.map((baseline) => baseline.level)), 0.5 / (values + 1));
  const between = new Float64Array(SCALES).map((_, s) => quantileOf(known.map((b) => b.between[s])));
  const windows = Math.max(...known.map((baseline) => baseline.windows));
  return { level, within: level * (1 - level), between, inflation: 1, windows, values };
}

/** `newErrorBaseline` for one trace after the other: worked out once for each `version` of the baselines. */
export class NewErrors {
  readonly #table: ComponentTable;
  readonly #baselines: readonly (Baseline | undefined)[];
  readonly #version: () => number;
  #of = Number.NaN;
  #baseline: Baseline | undefined;

  constructor(table: ComponentTable, baselines: readonly (Baseline | undefined)[], version: () => number) {
    this.#table = table;
    this.#baselines = baselines;
    this.#version = version;
  }

  get baseline(): Baseline | undefined {
    const version = this.#version();
    if (version !== this.#of) {
      this.#of = version;
      this.#baseline = newErrorBaseline(this.#table, this.#baselines);
    }
    return this.#baseline;
  }
}

function quantileOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(QUANTILE * (values.length - 1))];
}
