import { HISTOGRAM_BUCKETS, offerTop, SummaryBatch } from '../domain/summary.ts';

/**
 * The sum of summaries of one window from different shards. Commutative and associative up to floating-point rounding;
 * an empty batch changes nothing. `parts` are left as they are.
 */
export function mergeSummaries(parts: readonly SummaryBatch[]): SummaryBatch {
  const merged = new SummaryBatch();
  merged.windowStartMs = parts[0]?.windowStartMs ?? 0;
  merged.sealed = parts.every((part) => part.sealed);
  const rows = new Map<number, number>();
  for (const part of parts) {
    merged.traces += part.traces;
    merged.cells.merge(part.cells);
    for (let i = 0; i < part.length; i++) {
      let row = rows.get(part.component[i]);
      if (row === undefined) rows.set(part.component[i], (row = merged.addRow(part.component[i])));
      addRow(merged, row, { part, from: i });
    }
  }
  return merged;
}

function addRow(into: SummaryBatch, row: number, { part, from }: { part: SummaryBatch; from: number }): void {
  into.count[row] += part.count[from];
  into.values[row] += part.values[from];
  into.sum[row] += part.sum[from];
  into.sumOfSquares[row] += part.sumOfSquares[from];
  for (let b = 0; b < HISTOGRAM_BUCKETS; b++) {
    into.histogram[row * HISTOGRAM_BUCKETS + b] += part.histogram[from * HISTOGRAM_BUCKETS + b];
  }
  offerTop(into, row, { value: part.topValue[from], ids: part.topTrace, at: from * 4 });
}
