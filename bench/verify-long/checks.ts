import type { Check } from './check.ts';
import { fuzzCheck } from './fuzz.ts';
import { kills } from './kills.ts';
import { latency } from './latency.ts';
import { outages } from './outages.ts';
import { properties } from './properties.ts';
import { soak } from './soak.ts';
import { sourceFaults } from './source-faults.ts';
import { storm } from './storm.ts';

/** In the order of docs/reliability.md. A new check is a file in this folder, and a line here. */
export const CHECKS: readonly Check[] = [
  ...[kills, fuzzCheck, outages, ...sourceFaults, storm, latency, soak, properties],
];
