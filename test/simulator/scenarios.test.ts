import { describe, expect, it } from 'vitest';
import { topologyOf } from '../../bench/scenarios/system.ts';
import { callRates } from '../../src/simulator/call-rates.ts';
import { Cast, type Scenario, SCENARIOS, simulate } from '../../src/simulator/index.ts';
import { START_MS } from './spans-of.ts';

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);
const SYSTEMS = SEEDS.map((seed) => ({ seed, topology: topologyOf(seed) }));
const castOf = ({ seed, topology }: (typeof SYSTEMS)[number], { name }: Pick<Scenario, 'name'>): Cast =>
  new Cast(topology, 6, { seed, play: name });

describe('scenarios', () => {
  it.each(SCENARIOS)('$name can happen to each of the twenty systems', (scenario) => {
    for (const system of SYSTEMS) {
      const script = scenario.script(castOf(system, scenario));
      const { truths } = simulate({ seed: 1, startMs: START_MS, topology: system.topology, script });
      if (scenario.expect === 'fire') expect(truths.length, `seed ${system.seed}`).toBeGreaterThan(0);
      for (const { fromSecond } of script.faults) expect(fromSecond).toBeLessThan(scenario.seconds);
    }
  });

  it('have names that differ, and hit others with another seed, the same with the same', () => {
    expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
    const [slow] = SCENARIOS;
    const hit = SYSTEMS.map((system) => JSON.stringify(slow.script(castOf(system, slow)).faults));
    expect(hit).toEqual(SYSTEMS.map((system) => JSON.stringify(slow.script(castOf(system, slow)).faults)));
    expect(new Set(hit).size).toBeGreaterThan(15);
  });
});

describe('Cast', () => {
  const system = SYSTEMS[4];
  const play = (name: string): Cast => castOf(system, { name });

  it('gives services with as much traffic as asked', () => {
    const { operations } = callRates(system.topology, 6);
    for (let i = 0; i < 30; i++) {
      const service = play(String(i)).service(2);
      const rate = [...operations].reduce(
        (sum, [key, of]) => sum + (key.startsWith(`${service} `) ? of : 0),
        0,
      );
      expect(rate, service).toBeGreaterThanOrEqual(2);
    }
  });

  it('gives strangers: no way from one to the other', () => {
    const { pairs } = callRates(system.topology, 6);
    const callees = (service: string): string[] =>
      [...pairs.keys()].filter((pair) => pair.startsWith(`${service}>`)).map((pair) => pair.split('>')[1]);
    const reaches = (from: string, to: string): boolean =>
      callees(from).some((next) => next === to || reaches(next, to));
    for (let i = 0; i < 20; i++) {
      const [one, other] = play(String(i)).strangers();
      expect(reaches(one, other) || reaches(other, one), `${one}, ${other}`).toBe(false);
    }
  });

  it('gives calls that are made every time, and new ones that are never made', () => {
    const { operations, pairs } = callRates(system.topology, 6);
    for (let i = 0; i < 20; i++) {
      const { caller, operation, callee } = play(String(i)).call();
      const asked = operations.get(`${caller} ${operation}`) ?? 0;
      expect(pairs.get(`${caller}>${callee}`)).toBeGreaterThanOrEqual(asked * 0.999);
      const fresh = play(String(i)).missingCall();
      expect(pairs.has(`${fresh.caller}>${fresh.callee}`)).toBe(false);
    }
  });
});
