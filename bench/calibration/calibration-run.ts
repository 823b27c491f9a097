import type { Calibration } from './calibrate.ts';
import type { Power } from './power.ts';

/** What there is of a run so far. */
export interface CalibrationRun {
  readonly weeks: number;
  readonly sizes: readonly number[];
  readonly calibrations: readonly Calibration[];
  readonly powers: readonly Power[];
  readonly seconds: number;
}
