export type { Baseline } from './baseline.ts';
export type { Tail } from './tail.ts';
