import { NEWCOMER } from '../grow/extras.ts';
import { at, type Script } from '../script.ts';
import type { Cast } from './cast.ts';
import { FOR, FROM, type Scenario, UNTIL } from './scenario.ts';

/** Software changes, and nobody is worse off. */
export const ROLLOUT: readonly Scenario[] = [
  {
    name: 'a benign deploy: new version, pods and operation names',
    expect: 'quiet',
    seconds: UNTIL,
    script: (cast) =>
      at(FROM).let(
        { kind: 'deploy', service: cast.service(), version: '8.0.0', share: 1, rename: true },
        FOR,
      ),
  },
  {
    name: 'a benign canary',
    expect: 'quiet',
    seconds: UNTIL,
    script: (cast) =>
      at(FROM).let(
        { kind: 'deploy', service: cast.replicated(), version: '8.0.0-canary', share: 0.2, rename: false },
        FOR,
      ),
  },
  {
    name: 'a new service',
    expect: 'quiet',
    seconds: UNTIL,
    script: (cast: Cast): Script => {
      const { service: caller, operation } = cast.operation();
      const { name: callee, operations } = NEWCOMER;
      return at(FROM).let(
        { kind: 'new-call', caller, operation, callee, calleeOperation: operations[0].name },
        FOR,
      );
    },
  },
  {
    name: 'a cardinality explosion',
    expect: 'quiet',
    seconds: UNTIL,
    script: (cast) => at(FROM).let({ kind: 'explode-names', service: cast.service(), ratio: 1 }, FOR),
  },
];
