import { rawForest } from './isolation-forest.ts';
import type { Rival } from './rival.ts';
import { staticThreshold } from './static-threshold.ts';
import { threeSigma } from './three-sigma.ts';

export const RIVALS: readonly Rival[] = [staticThreshold, threeSigma, rawForest];
export { rawForest, staticThreshold, threeSigma };
export type { Rival, ServiceScores } from './rival.ts';
