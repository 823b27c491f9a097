import { describe, expect, it } from 'vitest';
import type { Baseline } from '../../src/baseline/port.ts';
import { judgeTrace, strengthOf, TraceStrength } from '../../src/detect/index.ts';
import { ComponentTable } from '../../src/domain/component-table.ts';
import { Measurements } from '../../src/domain/measurement.ts';
import { Names } from '../../src/domain/names.ts';
import { createRandom } from '../../src/runtime/index.ts';
import { BASELINE, CALLS } from './judging.ts';

describe('the calls of one trace', () => {
  const table = new ComponentTable(new Names());
  const self = table.internKey('self(shop, Order)');
  const known = table.internKey('calls(shop, Order -> shop, GET price)');
  const never = table.internKey('calls(shop, Order -> shop, GET audit)');
  const baselines: (Baseline | undefined)[] = [];
  baselines[self] = BASELINE;
  baselines[known] = CALLS;
  const weigh = (component: number, value: number): number => {
    const measurements = new Measurements();
    measurements.push(component, value, 0);
    const { length, logBayes } = judgeTrace(table, baselines, measurements);
    return length === 0 ? Number.NaN : logBayes[0];
  };

  it('speak up when they are too many or too few, and not when they are as usual', () => {
    expect(weigh(known, 12)).toBeGreaterThan(5);
    expect(weigh(known, 0)).toBeGreaterThan(5);
    expect(weigh(known, 1)).toBeLessThanOrEqual(0);
  });

  it('speak up when their parent never made them, in that trace alone', () => {
    expect(weigh(never, 1)).toBeGreaterThan(2);
    expect(weigh(never, 0)).toBeLessThanOrEqual(0);
    const parent = baselines[self];
    baselines[self] = undefined;
    expect(weigh(never, 1)).toBeNaN();
    baselines[self] = parent;
  });
});

describe('the failures of one trace in an operation that was never learned', () => {
  const table = new ComponentTable(new Names());
  const known = table.internKey('error(shop, Order)');
  const fresh = table.internKey('error(shop, GET audit)');
  const weigh = (level: number | undefined, value: number): number => {
    const baselines: (Baseline | undefined)[] = [];
    if (level !== undefined)
      baselines[known] = { ...BASELINE, level, within: level * (1 - level), between: new Float64Array(4) };
    const measurements = new Measurements();
    measurements.push(fresh, value, 0);
    const { length, logBayes } = judgeTrace(table, baselines, measurements);
    return length === 0 ? Number.NaN : logBayes[0];
  };

  it('speak up where what is known hardly ever fails', () => {
    expect(weigh(0.001, 1)).toBeGreaterThan(Math.log(1e6));
    expect(weigh(0, 1)).toBeGreaterThan(Math.log(1e6));
  });

  it('say little where what is known often fails, and nothing where nothing is known or nothing failed', () => {
    expect(weigh(0.5, 1)).toBeLessThan(3);
    expect(weigh(undefined, 1)).toBeNaN();
    expect(weigh(0.001, 0)).toBeNaN();
  });
});

describe('what is expected of the failures of new operations', () => {
  const table = new ComponentTable(new Names());
  const known = table.internKey('error(shop, Order)');
  const measurements = new Measurements();
  measurements.push(table.internKey('error(shop, GET audit)'), 1, 0);
  const baselineOf = (level: number): Baseline => ({
    ...{ ...BASELINE, level, within: level * (1 - level), between: new Float64Array(4) },
  });

  it('is worked out once for each version of the baselines, and follows the next', () => {
    const baselines: (Baseline | undefined)[] = [];
    let reads = 0;
    const counted = new Proxy(baselines, {
      get: (target, key, receiver) => {
        if (key === String(known)) reads++;
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
    let version = 0;
    const strength = new TraceStrength(table, counted, () => version);
    baselines[known] = baselineOf(0.001);
    const often = strength.of(measurements);
    for (let trace = 0; trace < 10; trace++) expect(strength.of(measurements)).toBe(often);
    expect(reads).toBe(1);
    baselines[known] = baselineOf(0.5);
    version++;
    expect(strength.of(measurements)).toBe(strengthOf(judgeTrace(table, baselines, measurements)));
    expect(strength.of(measurements)).toBeLessThan(often);
  });
});

describe('the strongest evidence of one trace after the other', () => {
  it('is that of their judgements, to the last bit, whatever came before', () => {
    const table = new ComponentTable(new Names());
    const keys = Array.from({ length: 400 }, (_, i) => `self(shop, op ${i})`);
    const components = [
      ...keys.map((key) => table.internKey(key)),
      ...keys.map((key) => table.internKey(key.replace('self', 'error'))),
      ...keys.map((_, i) => table.internKey(`calls(shop, op ${i} -> shop, op ${(i * 7) % 400})`)),
    ];
    // Every third is new, so that calls of its parent are strangers, or nobody knows them.
    const baselines = components.map((component) =>
      component % 3 === 0 ? undefined : component < 400 ? BASELINE : CALLS,
    );
    const strength = new TraceStrength(table, baselines);
    const random = createRandom(5);
    for (let trace = 0; trace < 200; trace++) {
      const measurements = new Measurements();
      const values = Math.floor(random() * (trace % 10 === 0 ? 2000 : 30));
      for (let m = 0; m < values; m++)
        measurements.push(components[Math.floor(random() * components.length)], random() * 12, 0);
      expect(strength.of(measurements)).toBe(strengthOf(judgeTrace(table, baselines, measurements)));
    }
  });
});
