import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeScenario } from '../../bench/scenarios/judge.ts';
import { scoreRun } from '../../bench/scenarios/score.ts';
import { learnSystem, type System } from '../../bench/scenarios/system.ts';
import { SCENARIOS } from '../../src/simulator/index.ts';

/** One seed; twenty are in `npm run bench:scenarios`. */
const SEED = 1;
/** What must stay quiet shows within these minutes what it does; the benchmark watches it for longer. */
const QUIET_SECONDS = 300;

/**
 * What the detector cannot do yet, and why. A scenario leaves this list when it passes: its test here fails then.
 */
const NOT_YET: Readonly<Record<string, string>> = {};

let system: System;
beforeAll(async () => {
  system = await learnSystem(SEED);
}, 180_000);
afterAll(() => {
  system.dispose();
});

describe.each(SCENARIOS)('$name', (scenario) => {
  const verdict = NOT_YET[scenario.name] === undefined ? it : it.fails;
  const expected = scenario.expect === 'fire' ? 'fires, and the first suspect is right' : 'stays quiet';
  verdict(
    `${expected}${NOT_YET[scenario.name] === undefined ? '' : ` (not yet: ${NOT_YET[scenario.name]})`}`,
    () => {
      const { truths, falseAlarms } = scoreRun(
        judgeScenario(system, scenario, {
          untilNamed: true,
          ...(scenario.expect === 'quiet' ? { mostSeconds: QUIET_SECONDS } : {}),
        }),
      );
      expect(falseAlarms).toEqual([]);
      expect(truths.length > 0).toBe(scenario.expect === 'fire');
      expect(truths.filter(({ right }) => !right)).toEqual([]);
    },
  );
});

it('lists as not yet done only what is a scenario', () => {
  const names = SCENARIOS.map(({ name }) => name);
  expect(Object.keys(NOT_YET).filter((name) => !names.includes(name))).toEqual([]);
});
