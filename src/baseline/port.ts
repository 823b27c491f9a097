export type { Baseline } from './baseline.ts';
