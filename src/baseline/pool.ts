import type { ComponentTable } from '../domain/component-table.ts';
import { SCALES } from '../domain/scales.ts';
import type { Baseline } from './baseline.ts';
import type { Pool } from './fit.ts';
import { quantile } from './robust.ts';

/** Components with fewer windows say little about spreads. */
const POOLED_WINDOWS = 20;

/** Median spreads by kind of component. */
export function poolOf(
  table: ComponentTable,
  baselines: readonly (Baseline | undefined)[],
): Map<string, Pool> {
  const byKind = new Map<string, Baseline[]>();
  baselines.forEach((baseline, component) => {
    if (baseline === undefined || baseline.windows < POOLED_WINDOWS) return;
    const kind = table.kindOf(component);
    const list = byKind.get(kind);
    if (list === undefined) byKind.set(kind, [baseline]);
    else list.push(baseline);
  });
  const pools = new Map<string, Pool>();
  for (const [kind, list] of byKind) {
    pools.set(kind, {
      within: median(list.map((b) => b.within)),
      between: Float64Array.from({ length: SCALES }, (_, s) => median(list.map((b) => b.between[s]))),
      inflation: median(list.map((b) => b.inflation)),
    });
  }
  return pools;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
