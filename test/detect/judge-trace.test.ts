import { describe, expect, it } from 'vitest';
import type { Baseline } from '../../src/baseline/port.ts';
import { judgeTrace } from '../../src/detect/index.ts';
import { ComponentTable } from '../../src/domain/component-table.ts';
import { Measurements } from '../../src/domain/measurement.ts';
import { Names } from '../../src/domain/names.ts';
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
