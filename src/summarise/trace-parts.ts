import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import { COMPONENT_KINDS } from '../domain/component.ts';
import type { Measurements } from '../domain/measurement.ts';
import type { Trace } from '../domain/trace.ts';
import { HISTOGRAM_BUCKETS, histogramBucket, offerTop, type SummaryBatch } from '../domain/summary.ts';

export interface OpenWindow {
  readonly batch: SummaryBatch;
  /** Component to row + 1. */
  rows: Int32Array;
}

/** Components of which the trace at hand became the largest of its window, and its values: columns. */
export interface Topped {
  length: number;
  component: Int32Array;
  value: Float64Array;
}

/**
 * One trace's measurements folded by component, then into a window. Hot path: flat columns that are used again, cleared
 * by what was touched.
 */
export class TraceParts {
  /** Of the trace added last; used again for the next. */
  readonly topped: Topped = { length: 0, component: new Int32Array(256), value: new Float64Array(256) };
  readonly #table: ComponentTable;
  #size = 0;
  #component = new Int32Array(256);
  #count = new Float64Array(256);
  #sum = new Float64Array(256);
  /** Component to part + 1. */
  #partOf = new Int32Array(1024);

  constructor(table: ComponentTable) {
    this.#table = table;
  }

  /** `trace` says who served what; without it pods are not told apart. */
  addTo(window: OpenWindow, measurements: Measurements, traceId: Int32Array, trace?: Trace): void {
    this.#collect(measurements);
    const { batch } = window;
    const { topped } = this;
    topped.length = 0;
    for (let p = 0; p < this.#size; p++) {
      const component = this.#component[p];
      const row = rowOf(window, component);
      const value = this.#valueOf(p);
      batch.count[row]++;
      batch.values[row] += this.#count[p];
      batch.sum[row] += value;
      batch.sumOfSquares[row] += value * value;
      if (value < batch.topValue[row]) continue;
      if (!offerTop(batch, row, { value, ids: traceId, at: 0 })) continue;
      topped.component[topped.length] = component;
      topped.value[topped.length++] = value;
    }
    this.#addHistograms(window, measurements);
    if (trace !== undefined) this.#addCells(window, measurements, trace);
    for (let p = 0; p < this.#size; p++) this.#partOf[this.#component[p]] = 0;
  }

  /**
   * Traffic is a sum over the trace, failing is failing once (a retry that succeeds makes no half of a failure), everything
   * else a mean.
   */
  #valueOf(part: number): number {
    const sum = this.#sum[part];
    switch (this.#table.kind[this.#component[part]]) {
      case KindCode.traffic:
        return sum;
      case KindCode.error:
        return sum > 0 ? 1 : 0;
      default:
        return sum / this.#count[part];
    }
  }

  #collect(measurements: Measurements): void {
    this.#size = 0;
    if (measurements.length > this.#component.length) this.#grow(measurements.length * 2);
    if (this.#table.size > this.#partOf.length) this.#partOf = new Int32Array(this.#table.size * 2);
    for (let m = 0; m < measurements.length; m++) {
      const component = measurements.component[m];
      let part = this.#partOf[component] - 1;
      if (part < 0) {
        part = this.#size++;
        this.#partOf[component] = part + 1;
        this.#component[part] = component;
        this.#count[part] = this.#sum[part] = 0;
      }
      this.#count[part]++;
      this.#sum[part] += measurements.value[m];
    }
  }

  #addHistograms(window: OpenWindow, measurements: Measurements): void {
    const kinds = this.#table.kind;
    for (let m = 0; m < measurements.length; m++) {
      const component = measurements.component[m];
      if (kinds[component] > KindCode.total) continue;
      const row = window.rows[component] - 1;
      window.batch.histogram[row * HISTOGRAM_BUCKETS + histogramBucket(measurements.value[m])]++;
    }
  }

  /** Each value at its place; a trace counts once a component, whoever served it. */
  #addCells({ batch: { cells } }: OpenWindow, measurements: Measurements, trace: Trace): void {
    const kinds = this.#table.kind;
    for (let m = 0; m < measurements.length; m++) {
      const component = measurements.component[m];
      const span = measurements.place[m];
      if (span < 0 || !COMPARED[kinds[component]]) continue;
      const version = trace.version[span];
      const node = trace.node[span];
      const place = trace.instance[span] || node;
      if (place === 0 && version === 0) continue;
      const row = cells.row(component, place, version);
      if (row < 0) continue;
      const value = measurements.placeValue[m];
      const weight = 1 / this.#count[this.#partOf[component] - 1];
      cells.node[row] = node;
      cells.count[row] += weight;
      cells.sum[row] += weight * value;
      cells.sumOfSquares[row] += weight * value * value;
      if (value >= cells.topValue[row]) cells.offerTop(row, value, trace.traceId, 0);
    }
  }

  #grow(capacity: number): void {
    this.#component = new Int32Array(capacity);
    this.#count = new Float64Array(capacity);
    this.#sum = new Float64Array(capacity);
    this.topped.component = new Int32Array(capacity);
    this.topped.value = new Float64Array(capacity);
  }
}

/** By kind: what pods are compared by. The way back is in `request`; calls and entries say nothing of a pod. */
const COMPARED: readonly boolean[] = COMPONENT_KINDS.map((kind) =>
  ['self', 'dependency', 'request', 'error'].includes(kind),
);

/** Component to row + 1, of a batch that has its rows. */
export function rowsOf(batch: SummaryBatch): Int32Array<ArrayBuffer> {
  const known = batch.component.subarray(0, batch.length);
  const rows = new Int32Array(
    Math.max(1024, 2 * known.reduce((most, component) => Math.max(most, component), 0)),
  );
  for (let row = 0; row < batch.length; row++) rows[batch.component[row]] = row + 1;
  return rows;
}

function rowOf(window: OpenWindow, component: number): number {
  if (component >= window.rows.length) {
    const rows = new Int32Array(component * 2);
    rows.set(window.rows);
    window.rows = rows;
  }
  const known = window.rows[component] - 1;
  if (known >= 0) return known;
  const row = window.batch.addRow(component);
  window.rows[component] = row + 1;
  return row;
}
