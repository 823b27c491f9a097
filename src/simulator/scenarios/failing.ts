import { at, type Script } from '../script.ts';
import type { Cast } from './cast.ts';
import { FOR, FROM, type Scenario, UNTIL } from './scenario.ts';

/** Requests fail, more or less of them. */
export const FAILING: readonly Scenario[] = [
  {
    name: 'error burst, 1% to 5%',
    expect: 'fire',
    seconds: UNTIL,
    script: (cast) => at(FROM).errors(cast.service(4), cast.between(0.01, 0.05), FOR),
  },
  {
    name: 'errors only in one operation',
    expect: 'fire',
    seconds: UNTIL,
    script: (cast: Cast): Script => {
      const { service, operation } = cast.operation();
      return at(FROM).errors(service, { operation, ratio: cast.between(0.1, 0.4) }, FOR);
    },
  },
  {
    name: 'a dependency that fails fast',
    expect: 'fire',
    seconds: UNTIL,
    script: (cast) => at(FROM).errors(cast.service(), { ratio: cast.between(0.5, 1), fast: true }, FOR),
  },
];
