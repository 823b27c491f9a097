import { describe, expect, it } from 'vitest';
import { growTopology, simulate } from '../../src/simulator/index.ts';
import { callRates } from '../../src/simulator/call-rates.ts';
import { START_MS } from './spans-of.ts';

describe('growTopology', () => {
  it('gives the same system for the same seed, and another for another', () => {
    expect(growTopology({ seed: 4, services: 30 })).toEqual(growTopology({ seed: 4, services: 30 }));
    expect(growTopology({ seed: 4, services: 30 })).not.toEqual(growTopology({ seed: 5, services: 30 }));
  });

  it.each([3, 7, 24, 200])(
    'of %i services runs, every one of them is asked, traces stay of a bearable size',
    (services) => {
      for (const seed of [1, 2, 3]) {
        const topology = growTopology({ seed, services });
        expect(topology.services).toHaveLength(services);
        const { operations } = callRates(topology, 10);
        const asked = new Set([...operations.keys()].map((key) => key.split(' ')[0]));
        for (const { name } of topology.services)
          if (name !== 'newcomer') expect(asked, name).toContain(name);
        const simulation = simulate({ seed, startMs: START_MS, topology });
        const batch = simulation.newBatch();
        for (let second = 0; second < 10; second++) simulation.second(second, batch);
        expect(batch.length).toBeGreaterThan(200);
        expect(batch.length / 200).toBeLessThan(150);
      }
    },
  );

  it('has ten callers of one database and a service in ten pods from sixteen services on', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const topology = growTopology({ seed, services: 16 });
      const { pairs } = callRates(topology, 10);
      const callers = [...pairs.keys()].filter((pair) => pair.endsWith('>postgres'));
      expect(callers.length, `seed ${seed}`).toBeGreaterThanOrEqual(10);
      expect(topology.services.filter(({ instances }) => instances === 10)).toHaveLength(1);
    }
  });

  it.each([2, 201, 3.5])('refuses %d services', (services) => {
    expect(() => growTopology({ seed: 1, services })).toThrow(RangeError);
  });

  it('expects the rates that the simulation shows', () => {
    const topology = growTopology({ seed: 2, services: 20 });
    const { operations } = callRates(topology, 20);
    const simulation = simulate({ seed: 1, startMs: START_MS, topology, tracesPerSecond: 20 });
    const batch = simulation.newBatch();
    for (let second = 0; second < 240; second++) simulation.second(second, batch);
    const seen = new Map<string, number>();
    for (let i = 0; i < batch.length; i++) {
      if (batch.kind[i] !== 2) continue;
      const { names } = batch;
      const key = `${names.serviceIdentity(batch.service[i]).name} ${names.operationName(batch.operation[i])}`;
      seen.set(key, (seen.get(key) ?? 0) + 1 / 240);
    }
    const total = (rates: ReadonlyMap<string, number>): number =>
      [...rates.values()].reduce((a, b) => a + b, 0);
    expect(total(seen) / total(operations)).toBeGreaterThan(0.7);
    expect(total(seen) / total(operations)).toBeLessThan(1.35);
  });
});
