import { describe, expect, it } from 'vitest';
import { PlaceWatch } from '../../src/app/place-watch.ts';
import { Detector } from '../../src/detect/index.ts';
import { ComponentTable, KindCode } from '../../src/domain/component-table.ts';
import { Names } from '../../src/domain/names.ts';
import { SummaryBatch, WINDOW_MS } from '../../src/domain/summary.ts';
import { cellsOf, type Served } from '../domain/places.ts';

const HOUR_WINDOWS = 3_600_000 / WINDOW_MS;

function watching() {
  const names = new Names();
  const table = new ComponentTable(names);
  const service = names.service({ environment: '', namespace: '', name: 's' });
  const self = table.id(KindCode.self, names.operation(service, 'op'), 0);
  const watch = new PlaceWatch(table, [], new Detector(table, []));
  const seal = (number: number, served: readonly Served[]) => {
    const batch = new SummaryBatch(1);
    batch.windowStartMs = number * WINDOW_MS;
    batch.cells = cellsOf(served);
    return watch.observe(batch);
  };
  const on = (pod: number, version = 0): Served[] =>
    Array.from({ length: 5 }, () => ({ component: self, place: pod, version, value: 9 }));
  return { names, table, service, watch, seal, on };
}

describe('pods that come and go', () => {
  it('never use up the room of their service: thousands of names a week, few alive', () => {
    const { names, service, watch, seal, on } = watching();
    for (let number = 0; number < 168 * HOUR_WINDOWS; number += 60) {
      const pod = names.slot('instance', service, `pod-${Math.floor(number / 60)}`);
      seal(number, on(pod));
    }
    expect(names.counts().slots).toBeGreaterThan(1000);
    expect(names.overflowed.slot).toBe(0);
    expect([...names.slotsAlive(['instance'])].length).toBeLessThan(20);
    expect(watch.released).toBeGreaterThan(900);
  });

  it('are kept while they are heard of, and names that a model brought have an hour', () => {
    const { names, service, seal, on } = watching();
    const steady = names.slot('instance', service, 'steady');
    const ofModel = names.slot('instance', service, 'of a model');
    for (let number = 0; number <= 2 * HOUR_WINDOWS; number += 6) seal(number, on(steady));
    expect([...names.slotsAlive(['instance'])]).toEqual([steady]);
    expect(names.slotName(ofModel)).toBe('of a model');
  });

  it('make a version new only when it appears while others run, though its name was known', () => {
    const { names, service, seal, on } = watching();
    const [old, fresh] = ['1.0', '2.0'].map((name) => names.slot('version', service, name));
    const [a, b] = ['a', 'b'].map((name) => names.slot('instance', service, name));
    for (let number = 0; number < 20; number++) seal(number, on(a, old));
    const { isNew } = seal(20, [...on(a, old), ...on(b, fresh)]);
    expect([isNew(old), isNew(fresh)]).toEqual([false, true]);
    const later = seal(20 + 25 * HOUR_WINDOWS, [...on(a, old), ...on(b, fresh)]);
    expect(later.isNew(fresh)).toBe(false);
  });

  it('go on after a restart as if nothing had happened', () => {
    const [one, other] = [watching(), watching()];
    const served = (s: typeof one, number: number): Served[] =>
      [0, 1, 2].flatMap((pod) =>
        s
          .on(s.names.slot('instance', s.service, `p${pod}`))
          .map((each) => ({ ...each, value: 9 + pod * number * 0.01 })),
      );
    for (let number = 0; number < 30; number++) one.seal(number, served(one, number));
    for (let number = 0; number < 15; number++) other.seal(number, served(other, number));
    const resumed = watching();
    for (let pod = 0; pod < 3; pod++) resumed.names.slot('instance', resumed.service, `p${pod}`);
    resumed.watch.restore(structuredClone(other.watch.snapshot()));
    for (let number = 15; number < 30; number++) resumed.seal(number, served(resumed, number));
    expect(resumed.watch.snapshot()).toEqual(one.watch.snapshot());
  });
});
