import { WINDOW_MS } from '../domain/summary.ts';
import type { Baseline } from './baseline.ts';
import { type Moment, momentOf, seasonAt } from './season.ts';

/** The level without what the season adds to it at present. */
export function restLevel(baseline: Baseline): number {
  return baseline.level - (baseline.inLevel ?? 0);
}

/** The level becomes that of the moment; nothing without a season. */
export function moveSeason(baseline: Baseline, moment: Moment): void {
  if (baseline.season === undefined) return;
  const season = seasonAt(baseline.season, moment);
  baseline.level = restLevel(baseline) + season;
  baseline.inLevel = season;
}

/** The baselines as they are at `atMs`; the very array where none has a season. For who looks at another time than now. */
export function baselinesAt(
  baselines: readonly (Baseline | undefined)[],
  atMs: number,
): readonly (Baseline | undefined)[] {
  if (!baselines.some((baseline) => baseline?.season !== undefined)) return baselines;
  const moment = momentOf(Math.floor(atMs / WINDOW_MS));
  return baselines.map((baseline) => {
    if (baseline?.season === undefined) return baseline;
    const moved = { ...baseline };
    moveSeason(moved, moment);
    return moved;
  });
}
