import fc from 'fast-check';
import { ComponentTable, KindCode } from '../../src/domain/component-table.ts';
import { Names } from '../../src/domain/names.ts';
import { HISTOGRAM_BUCKETS, offerTop, SummaryBatch } from '../../src/domain/summary.ts';

export interface Row {
  readonly component: number;
  readonly count: number;
  readonly values: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly topValue: number;
  readonly topTrace: readonly number[];
  readonly histogram: readonly number[];
}

/** Rows by component, in order of the number: what two summaries are compared by. */
export function rowsOf(batch: SummaryBatch): Row[] {
  return Array.from({ length: batch.length }, (_, i) => ({
    component: batch.component[i],
    count: batch.count[i],
    values: batch.values[i],
    sum: Number(batch.sum[i].toPrecision(10)),
    sumOfSquares: Number(batch.sumOfSquares[i].toPrecision(10)),
    topValue: batch.topValue[i],
    topTrace: [...batch.topTrace.subarray(i * 4, i * 4 + 4)],
    histogram: [...batch.histogram.subarray(i * HISTOGRAM_BUCKETS, (i + 1) * HISTOGRAM_BUCKETS)],
  })).sort((a, b) => a.component - b.component);
}

/** A summary of a window with few components, so that they meet; values collide often. */
export const anySummary: fc.Arbitrary<SummaryBatch> = fc
  .uniqueArray(
    fc.record({
      component: fc.nat(6),
      count: fc.integer({ min: 1, max: 50 }),
      sum: fc.double({ min: -100, max: 1000, noNaN: true }),
      top: fc.constantFrom(1, 2, 2.5),
      trace: fc.array(fc.constantFrom(0, 1, -1, 2 ** 31 - 1), { minLength: 4, maxLength: 4 }),
      buckets: fc.array(fc.nat(HISTOGRAM_BUCKETS - 1), { maxLength: 4 }),
    }),
    { selector: ({ component }) => component, maxLength: 6 },
  )
  .map((rows) => {
    const batch = new SummaryBatch(2);
    batch.sealed = true;
    batch.traces = rows.length;
    for (const { component, count, sum, top, trace, buckets } of rows) {
      const row = batch.addRow(component);
      batch.count[row] = count;
      batch.values[row] = count * 2;
      batch.sum[row] = sum;
      batch.sumOfSquares[row] = sum * sum;
      for (const bucket of buckets) batch.histogram[row * HISTOGRAM_BUCKETS + bucket]++;
      offerTop(batch, row, { value: top, ids: Int32Array.from(trace), at: 0 });
    }
    return batch;
  });

/** A table in which operation n of one service is component `self` n - 1. */
export function tableOf(operations: number): { names: Names; table: ComponentTable; self: number[] } {
  const names = new Names();
  const table = new ComponentTable(names);
  const service = names.service({ environment: '', namespace: '', name: 'a' });
  const self = Array.from({ length: operations }, (_, i) =>
    table.id(KindCode.self, names.operation(service, `op${String.fromCharCode(97 + i)}`), 0),
  );
  return { names, table, self };
}
