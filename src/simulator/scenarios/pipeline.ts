import { at } from '../script.ts';
import { FOR, FROM, type Scenario, UNTIL } from './scenario.ts';

/** What is seen of the system changes, not the system. */
export const PIPELINE: readonly Scenario[] = [
  {
    name: 'a step in the sampling rate, said in the spans',
    expect: 'quiet',
    seconds: UNTIL,
    script: () => at(FROM).let({ kind: 'sampling', ratio: 0.1, declared: true }, FOR),
  },
  {
    name: 'a step in the sampling rate, not said',
    expect: 'quiet',
    seconds: UNTIL,
    script: () => at(FROM).let({ kind: 'sampling', ratio: 0.1, declared: false }, FOR),
  },
  {
    name: 'a clock jump',
    expect: 'quiet',
    seconds: UNTIL,
    script: (cast) => at(FROM).let({ kind: 'clock', node: cast.node(), jumpMs: cast.between(50, 5000) }, FOR),
  },
  {
    name: 'missing spans after a collector restart',
    expect: 'quiet',
    seconds: UNTIL,
    script: () => at(FROM).let({ kind: 'lose', ratio: 0.6 }, 30),
  },
];
