import { describe, expect, it } from 'vitest';
import { type Topology, simulate } from '../../src/simulator/index.ts';
import { Names } from '../../src/domain/names.ts';
import { Draws, constantMs } from '../../src/simulator/distribution.ts';
import { LoadProcess } from '../../src/simulator/load-process.ts';
import { planTopology } from '../../src/simulator/plan.ts';
import { call, work } from '../../src/simulator/steps.ts';
import { SHOP } from '../../src/simulator/shop.ts';
import type { OperationSpec, ServiceSpec } from '../../src/simulator/topology.ts';
import { START_MS, mean, plainSpans, secondsOf } from './spans-of.ts';

function service(name: string, operations: OperationSpec[]): ServiceSpec {
  return { name, instances: 1, versions: ['1'], protocol: 'http', errorRatio: 0, operations };
}

function topologyOf(services: ServiceSpec[]): Topology {
  const [first] = services;
  return {
    ...SHOP,
    services,
    peers: [],
    entries: [{ service: first.name, operation: first.operations[0].name, share: 1 }],
    network: { betweenNodes: constantMs(1), withinNode: constantMs(1) },
    load: { ...SHOP.load, rateSigma: 0, speedSigma: 0, coupling: 0 },
  };
}

describe('a topology', () => {
  it('of three services runs by its program, exactly where nothing is left to chance', () => {
    const own = { do: 'work', time: constantMs(10) } as const;
    const topology = topologyOf([
      service('a', [{ name: 'GET /a', steps: [own, call('b', 'GET /b')] }]),
      service('b', [
        {
          name: 'GET /b',
          steps: [{ do: 'repeat', times: [2, 2], steps: [call('c', 'GET /c')] }, own],
        },
      ]),
      service('c', [{ name: 'GET /c', steps: [own] }]),
    ]);
    const spans = plainSpans(secondsOf(simulate({ seed: 1, startMs: START_MS, topology }), 0, 3));
    const took = (name: string, operation: string): Set<number> =>
      new Set(
        spans
          .filter((span) => span.service === name && span.operation === operation)
          .map((span) => Math.round((span.endUs - span.startUs) / 10) * 10),
      );
    expect(took('c', 'GET /c')).toEqual(new Set([10_000]));
    expect(took('b', 'GET /c')).toEqual(new Set([12_000]));
    expect(took('b', 'GET /b')).toEqual(new Set([34_000]));
    expect(took('a', 'GET /a')).toEqual(new Set([46_000]));
  });

  it('loses no span when a clock is most of a second behind', () => {
    const own = { do: 'work', time: constantMs(10) } as const;
    const behind = topologyOf([service('a', [{ name: 'GET /a', steps: [own] }])]);
    const onTime = { ...behind, nodes: [{ name: 'n', skewUs: 0 }] };
    const ids = (topology: Topology): Set<string> => {
      const options = { seed: 1, startMs: START_MS, topology, tracesPerSecond: 40 };
      return new Set(plainSpans(secondsOf(simulate(options), 0, 10)).map((span) => span.id));
    };
    const late = ids({ ...behind, nodes: [{ name: 'n', skewUs: -900_000 }] });
    const missing = [...ids(onTime)].filter((id) => !late.has(id));
    expect(missing).toEqual([]);
  });

  it('has a load that stays near itself, spread as the topology says', () => {
    const plan = planTopology(SHOP, new Names());
    const load = new LoadProcess(plan, new Draws(3), START_MS);
    const logs = Array.from({ length: 20_000 }, (_, second) => {
      load.step(second);
      return { rate: Math.log(load.rate), speed: Math.log(load.speed[2]) };
    });
    for (const [key, sigma, persistence] of [
      ['rate', SHOP.load.rateSigma, SHOP.load.ratePersistence],
      ['speed', SHOP.load.speedSigma, SHOP.load.speedPersistence],
    ] as const) {
      const values = logs.map((log) => log[key]);
      const centre = mean(values);
      const variance = mean(values.map((value) => (value - centre) ** 2));
      const lagged = mean(values.slice(1).map((value, i) => (value - centre) * (values[i] - centre)));
      expect(Math.sqrt(variance) / sigma).toBeGreaterThan(0.8);
      expect(Math.sqrt(variance) / sigma).toBeLessThan(1.25);
      expect(lagged / variance).toBeCloseTo(persistence, 1);
      expect(lagged / variance).toBeGreaterThan(0.95);
    }
  });

  it('follows the rhythm of the day when it has one', () => {
    const rhythm = Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 0.5 : 2));
    const topology = { ...SHOP, load: { ...SHOP.load, rateSigma: 0, rhythm } };
    const load = new LoadProcess(planTopology(topology, new Names()), new Draws(3), Date.UTC(2026, 0, 1, 11));
    load.step(0);
    expect(load.rate).toBe(0.5);
    load.step(3600);
    expect(load.rate).toBe(2);
  });

  it('of two hundred services in a chain of fan-outs runs', () => {
    const services = Array.from({ length: 200 }, (_, i) => {
      const below = [3 * i + 1, 3 * i + 2, 3 * i + 3].filter((child) => child < 200);
      const branches = below.map((child) => [call(`s${child}`, 'handle')]);
      return service(`s${i}`, [{ name: 'handle', steps: [work(1), { do: 'parallel', branches }] }]);
    });
    const options = { seed: 1, startMs: START_MS, topology: topologyOf(services), tracesPerSecond: 5 };
    const batch = secondsOf(simulate(options), 0, 3);
    expect(new Set(batch.service.subarray(0, batch.length)).size).toBe(200);
  });

  it.each([
    [
      'an operation that is not there',
      [call('a', 'GET /nothing')],
      "no operation 'GET /nothing' of a service 'a'",
    ],
    [
      'a peer that is not there',
      [{ do: 'query', peer: 'oracle', statement: 'SELECT', time: constantMs(1) } as const],
      "no peer 'oracle'",
    ],
    ['itself', [call('a', 'GET /a')], 'calls in a circle: GET /a -> GET /a'],
  ])('that calls %s is refused with the place', (_, steps, message) => {
    const topology = topologyOf([service('a', [{ name: 'GET /a', steps }])]);
    expect(() => simulate({ seed: 1, startMs: START_MS, topology })).toThrow(message);
  });
});
