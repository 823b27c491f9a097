import { LONG_POLL_ENTRY } from '../grow/extras.ts';
import { at, QUIET, type Script } from '../script.ts';
import type { Cast } from './cast.ts';
import { FOR, FROM, type Scenario, UNTIL } from './scenario.ts';

const HOUR = 3600;

/** More, less or other work, and nobody is worse off. The learned hour ends at 03:00 UTC. */
export const LOAD: readonly Scenario[] = [
  {
    name: 'nothing at all',
    expect: 'quiet',
    seconds: HOUR / 2,
    script: () => QUIET,
  },
  {
    name: 'the daily peak: twice the load learned, and rising',
    expect: 'quiet',
    // From 08:30 on.
    afterSeconds: 5.5 * HOUR,
    seconds: HOUR / 2,
    script: () => QUIET,
  },
  {
    name: 'a surge of 5x without harm',
    expect: 'quiet',
    seconds: UNTIL,
    script: () => at(FROM).traffic(5, 180),
  },
  {
    name: 'a lull',
    expect: 'quiet',
    seconds: UNTIL,
    script: () => at(FROM).traffic(0.2, FOR),
  },
  {
    name: 'a stop of all traffic, and its return',
    expect: 'quiet',
    seconds: UNTIL,
    script: () => at(FROM).traffic(0, 240),
  },
  {
    name: 'a marketing event: another mix, three times the load',
    expect: 'quiet',
    seconds: UNTIL,
    script: (cast) => at(FROM).traffic(2, FOR).at(FROM).traffic(4, FOR, cast.entry('busiest').operation),
  },
  {
    name: 'three times as many long polls',
    expect: 'quiet',
    seconds: UNTIL,
    script: () => at(FROM).traffic(3, FOR, LONG_POLL_ENTRY.operation),
  },
  {
    name: 'a nightly batch',
    expect: 'quiet',
    // The next night, from 02:15 on.
    afterSeconds: 23.25 * HOUR,
    seconds: 1200,
    script: () => QUIET,
  },
  {
    name: 'a rare operation’s one slow call',
    expect: 'quiet',
    seconds: UNTIL,
    script: (cast: Cast): Script => {
      const { service, operation } = cast.entry('rarest');
      return at(FROM)
        .slow(service, { operation, addMs: cast.between(2000, 20_000) }, 1)
        .at(FROM)
        .let({ kind: 'requests', entry: operation, perSecond: 1 }, 1);
    },
  },
];
