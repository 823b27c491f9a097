import { at, type Script } from '../script.ts';
import type { Cast } from './cast.ts';
import { FOR, FROM, type Scenario, UNTIL } from './scenario.ts';

/** The calls between services change, whatever their times do. */
export const CALLS: readonly Scenario[] = [
  {
    name: 'a call that vanishes',
    expect: 'fire',
    seconds: UNTIL,
    script: (cast: Cast): Script => {
      const { caller, callee } = cast.call();
      return at(FROM).vanish(caller, callee, FOR);
    },
  },
  {
    name: 'a call repeated N+1 times',
    expect: 'fire',
    seconds: UNTIL,
    script: (cast: Cast): Script => {
      const { caller, callee } = cast.call();
      return at(FROM).repeat(caller, callee, Math.round(cast.between(4, 16)), FOR);
    },
  },
  {
    name: 'a new call path',
    expect: 'fire',
    seconds: UNTIL,
    script: (cast) => at(FROM).let({ kind: 'new-call', ...cast.missingCall() }, FOR),
  },
];
