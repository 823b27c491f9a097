export { type Baseline, standardError } from './baseline.ts';
export { BatchFit } from './batch-fit.ts';
export { fitBaseline } from './fit.ts';
export {
  DEFAULT_LEARNER_OPTIONS,
  ENOUGH_TRACES,
  ENOUGH_WINDOWS,
  type Freeze,
  Learner,
  type LearnerOptions,
} from './learner.ts';
export { SiblingSpreads } from './sibling-spreads.ts';
export { Series } from './series.ts';
export type { LevelShift } from './level-shift.ts';
export { HARMONICS, momentOf, type Season, seasonAt, SLOTS } from './season.ts';
export { baselinesAt, moveSeason, restLevel } from './season-level.ts';
export { type Stretch, stretchesOf } from './two-ways.ts';
