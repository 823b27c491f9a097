import { describe, expect, it } from 'vitest';
import type { Baseline } from '../../src/baseline/port.ts';
import { SiblingSpreads } from '../../src/baseline/index.ts';
import { type PartEvidence, judgePlaces } from '../../src/detect/index.ts';
import { EffectFloors } from '../../src/detect/effect-floors.ts';
import { ComponentTable, KindCode } from '../../src/domain/component-table.ts';
import { Names, OVERFLOW_NAME } from '../../src/domain/names.ts';
import { PlaceWindows } from '../../src/domain/place-windows.ts';
import { createRandom } from '../../src/runtime/index.ts';
import { cellsOf, type Served } from '../domain/places.ts';

/** A service with pods, one operation, and chance of its own. */
function system(seed = 1) {
  const names = new Names();
  const table = new ComponentTable(names);
  const service = names.service({ environment: '', namespace: '', name: 's' });
  const operation = names.operation(service, 'op');
  const self = table.id(KindCode.self, operation, 0);
  const error = table.id(KindCode.error, operation, 0);
  const random = createRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const pod = (name: string): number => names.slot('instance', service, name);
  return { names, table, service, self, error, random, normal, pod };
}

type System = ReturnType<typeof system>;

/** Own time of 10 ms, a factor of 1.5 more or less. */
const LEVEL = Math.log(10_100);
const WITHIN = 0.4 ** 2;
const baseline: Baseline = {
  ...{ level: LEVEL, within: WITHIN, between: Float64Array.of(0.001, 0.001, 0.001, 0.001) },
  ...{ inflation: 1, windows: 1000, values: 100_000 },
};

interface Behaviour {
  readonly pods: number;
  readonly perPod: number;
  readonly windows: number;
  /** Added to the logarithm, by pod. */
  readonly shift?: (pod: number) => number;
  readonly baselines?: readonly (Baseline | undefined)[];
  readonly spread?: number;
  readonly floors?: EffectFloors;
}

function run(s: System, options: Behaviour): { places: PlaceWindows; served: Served[][] } {
  const places = new PlaceWindows();
  const served = Array.from({ length: options.windows }, (_, number) => {
    // What moves all pods of a window alike.
    const common = 0.3 * s.normal();
    const one = Array.from({ length: options.pods * options.perPod }, (_, i): Served => {
      const pod = i % options.pods;
      const value = LEVEL + common + Math.sqrt(WITHIN) * s.normal() + (options.shift?.(pod) ?? 0);
      return { component: s.self, place: s.pod(`p${pod}`), value };
    });
    places.push(number, cellsOf(one));
    return one;
  });
  return { places, served };
}

function judge(s: System, places: PlaceWindows, options: Partial<Behaviour> = {}): readonly PartEvidence[][] {
  return judgePlaces(
    {
      table: s.table,
      baselines: options.baselines ?? [baseline],
      spread: () => options.spread ?? 0.05 ** 2,
      floors: options.floors ?? new EffectFloors(),
    },
    places,
  ).scales.map((scale) => [...scale]);
}

describe('pods beside their siblings', () => {
  it('show the one of ten that is slow, though all ten together move little', () => {
    const s = system();
    const { places } = run(s, { pods: 10, perPod: 3, windows: 12, shift: (pod) => (pod === 4 ? 1.2 : 0) });
    const [loudest, next] = judge(s, places)[3].toSorted((a, b) => b.logBayes - a.logBayes);
    expect(s.names.slotName(loudest.slot)).toBe('p4');
    expect(loudest.logBayes).toBeGreaterThan(30);
    expect(next.logBayes).toBeLessThan(3);
    // Geometric means: the pod some three times as slow as its siblings.
    expect(Math.exp(loudest.observed - loudest.expected)).toBeGreaterThan(2.5);
    expect(loudest.excess / (loudest.excess + loudest.othersExcess)).toBeGreaterThan(0.9);
  });

  it('show nobody when all are slow', () => {
    const s = system();
    const { places } = run(s, { pods: 10, perPod: 5, windows: 12, shift: () => 2 });
    for (const scale of judge(s, places)) for (const { logBayes } of scale) expect(logBayes).toBeLessThan(5);
  });

  it('are hardly ever accused when they are alike: no more often than a Bayes factor may', () => {
    let hot = 0;
    let asked = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const s = system(seed);
      const { places } = run(s, { pods: 8, perPod: 4, windows: 24 });
      for (const scale of judge(s, places)) {
        asked += scale.length;
        hot += scale.filter(({ logBayes }) => logBayes > 3).length;
      }
    }
    expect(asked).toBeGreaterThan(900);
    expect(hot / asked).toBeLessThan(Math.exp(-3));
  });

  it('that always differ are no news once their spread is learned', () => {
    const s = system();
    const shift = (pod: number): number => (pod < 3 ? 0.9 : 0);
    const spreads = new SiblingSpreads(s.table);
    const places = new PlaceWindows();
    for (let number = 0; number < 360; number++) {
      const { served } = run(s, { pods: 9, perPod: 3, windows: 1, shift });
      places.push(number, cellsOf(served[0]));
      spreads.observe(places.strata(), number);
    }
    const loudest = (spread: (component: number, scale: number) => number): number =>
      Math.max(
        ...judgePlaces({ table: s.table, baselines: [baseline], spread, floors: new EffectFloors() }, places)
          .scales.flat()
          .map(({ logBayes }) => logBayes),
      );
    expect(loudest(() => 0.05 ** 2)).toBeGreaterThan(15);
    spreads.fit();
    expect(loudest((component, scale) => spreads.spread(component, scale))).toBeLessThan(5);
  });

  it('that are broken for a while do not widen the spread', () => {
    const s = system();
    const spreads = new SiblingSpreads(s.table);
    const places = new PlaceWindows();
    for (let number = 0; number < 360; number++) {
      const broken = number > 200 && number < 260;
      const { served } = run(s, {
        ...{ pods: 10, perPod: 3, windows: 1, shift: (pod: number) => (broken && pod === 1 ? 2 : 0) },
      });
      places.push(number, cellsOf(served[0]));
      spreads.observe(places.strata(), number);
    }
    spreads.fit();
    for (let scale = 0; scale < 4; scale++)
      expect(Math.sqrt(spreads.spread(s.self, scale))).toBeLessThan(0.16);
  });

  it('show failures against what the siblings fail at the same time', () => {
    const failing = (own: number, others: number): number => {
      const s = system();
      const places = new PlaceWindows();
      for (let number = 0; number < 12; number++)
        places.push(
          number,
          cellsOf(
            Array.from({ length: 100 }, (_, i) => ({
              component: s.error,
              place: s.pod(`p${i % 5}`),
              value: s.random() < (i % 5 === 0 ? own : others) ? 1 : 0,
            })),
          ),
        );
      return judge(s, places)[3].find(({ slot }) => slot === s.pod('p0'))?.logBayes ?? 0;
    };
    expect(failing(0.3, 0.01)).toBeGreaterThan(20);
    expect(failing(0.3, 0.3)).toBeLessThan(3);
    expect(failing(0.01, 0.01)).toBeLessThan(3);
  });

  it('are left alone where people said that this one is nothing to wake anybody for', () => {
    const s = system();
    const { places } = run(s, { pods: 5, perPod: 6, windows: 12, shift: (pod) => (pod === 2 ? 1 : 0) });
    const floors = new EffectFloors();
    const of = (): number =>
      judge(s, places, { floors })[3].find(({ slot }) => slot === s.pod('p2'))?.logBayes ?? 0;
    expect(of()).toBeGreaterThan(20);
    floors.set([{ component: 'self(s, op)[instance=p2]', direction: 'up', least: 1.5 }], () => 0);
    expect(of()).toBeLessThanOrEqual(0);
    floors.set([{ component: 'self(s, op)[instance=p3]', direction: 'up', least: 1.5 }], () => 0);
    expect(of()).toBeGreaterThan(20);
  });

  it('beyond the cap on names are a mixture that nobody is blamed by', () => {
    const s = system();
    const other = s.names.slot('instance', s.service, OVERFLOW_NAME);
    const places = new PlaceWindows();
    for (let number = 0; number < 12; number++)
      places.push(
        number,
        cellsOf(
          Array.from({ length: 40 }, (_, i) => ({
            ...{ component: s.self, place: i % 2 === 0 ? other : s.pod('a') },
            value: LEVEL + (i % 2 === 0 ? 3 : 0),
          })),
        ),
      );
    for (const scale of judge(s, places)) for (const { slot } of scale) expect(slot).not.toBe(other);
  });
});
