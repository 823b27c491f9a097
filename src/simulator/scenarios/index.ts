import { CALLS } from './calls.ts';
import { FAILING } from './failing.ts';
import { LOAD } from './load.ts';
import { ROLLOUT } from './rollout.ts';
import { PIPELINE } from './pipeline.ts';
import type { Scenario } from './scenario.ts';
import { SLOW } from './slow.ts';

export { Cast } from './cast.ts';
export type { Scenario } from './scenario.ts';

/** Every scenario, those that must fire first. */
export const SCENARIOS: readonly Scenario[] = [
  ...SLOW,
  ...FAILING,
  ...CALLS,
  ...LOAD,
  ...ROLLOUT,
  ...PIPELINE,
];
