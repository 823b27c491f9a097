import { describe, expect, it } from 'vitest';
import type { Baseline } from '../../src/baseline/port.ts';
import { Strangers } from '../../src/detect/strangers.ts';
import { ComponentTable } from '../../src/domain/component-table.ts';
import { Names } from '../../src/domain/names.ts';
import { BASELINE } from './judging.ts';

const table = new ComponentTable(new Names());
const parent = table.internKey('self(shop, Order)');
const renamed = table.internKey('self(shop, Order v2)');
const baselines: (Baseline | undefined)[] = [];
baselines[parent] = BASELINE;

describe('a call that was never seen', () => {
  const of = (key: string, learning = false): Baseline | undefined =>
    new Strangers(table, baselines, () => learning).baselineOf(table.internKey(key));

  it('is known by its absence from all that its parent was learned from', () => {
    const baseline = of('calls(shop, Order -> shop, GET /prices)');
    expect(baseline).toMatchObject({ level: 0, windows: BASELINE.windows, values: BASELINE.values });
  });

  it('says nothing under an operation that is new itself', () => {
    expect(renamed).toBeGreaterThanOrEqual(0);
    expect(of('calls(shop, Order v2 -> shop, GET /prices)')).toBeUndefined();
    expect(of('calls(shop, Pay -> shop, GET /prices)')).toBeUndefined();
  });

  it('says nothing when it stands for the names beyond the cap', () => {
    expect(of('calls(shop, Order -> shop, %28other%29)')).toBeUndefined();
  });

  it('is no stranger any more once it is being learned, and only calls are', () => {
    expect(of('calls(shop, Order -> shop, GET /prices)', true)).toBeUndefined();
    expect(of('error(shop, Order)')).toBeUndefined();
  });
});
