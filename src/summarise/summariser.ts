import type { ComponentTable } from '../domain/component-table.ts';
import { KindCode } from '../domain/component-table.ts';
import type { Measurements } from '../domain/measurement.ts';
import { HISTOGRAM_BUCKETS, histogramBucket, offerTop, SummaryBatch, WINDOW_MS } from '../domain/summary.ts';
import type { Trace } from '../domain/trace.ts';

export interface SummariserOptions {
  /** How long after its end a window stays open: the longest a complete trace is held before it is measured. */
  readonly latenessMs: number;
  readonly shard?: number;
  readonly generation?: number;
}

/**
 * Measurements by component and window. A trace counts in the window of its latest span end; when that window is sealed
 * already, in the oldest open one, and is counted as late. Sealed windows leave in order of time, empty ones too, so
 * that whoever judges sees every stretch of time; a gap of more than `MAX_EMPTY` windows is skipped at once.
 */
export class Summariser {
  /** Measured traces that came after their window was sealed. */
  late = 0;
  readonly #table: ComponentTable;
  readonly #options: SummariserOptions;
  readonly #onSealed: (batch: SummaryBatch) => void;
  readonly #open = new Map<number, OpenWindow>();
  /** Start of the oldest window that is not sealed, ms; -1 before the first trace. */
  #oldestMs = -1;
  readonly #scratch = new TraceScratch();

  constructor(table: ComponentTable, options: SummariserOptions, onSealed: (batch: SummaryBatch) => void) {
    this.#table = table;
    this.#options = options;
    this.#onSealed = onSealed;
  }

  add(trace: Trace, measurements: Measurements): void {
    const endMs = trace.latestEndUs / 1000;
    let startMs = Math.floor(endMs / WINDOW_MS) * WINDOW_MS;
    if (this.#oldestMs < 0) this.#oldestMs = startMs;
    if (startMs < this.#oldestMs) {
      this.late++;
      startMs = this.#oldestMs;
    }
    let window = this.#open.get(startMs);
    if (window === undefined) this.#open.set(startMs, (window = this.#create(startMs)));
    window.batch.traces++;
    this.#scratch.collect(this.#table, measurements);
    this.#scratch.addTo(window, trace.traceId);
  }

  /** Seals every window that ended `latenessMs` or more before the watermark. */
  advance(watermarkUs: number): void {
    if (this.#oldestMs < 0) return;
    const sealBeforeMs = watermarkUs / 1000 - this.#options.latenessMs;
    while (this.#oldestMs + WINDOW_MS <= sealBeforeMs) {
      if (this.#open.size === 0 && sealBeforeMs - this.#oldestMs > MAX_EMPTY * WINDOW_MS) {
        this.#oldestMs = Math.floor(sealBeforeMs / WINDOW_MS) * WINDOW_MS;
        return;
      }
      this.#seal(this.#oldestMs);
    }
  }

  /** Seals what is open: the input has ended. */
  flush(): void {
    while (this.#open.size > 0) this.#seal(this.#oldestMs);
  }

  #seal(startMs: number): void {
    const { batch } = this.#open.get(startMs) ?? this.#create(startMs);
    this.#open.delete(startMs);
    this.#oldestMs = startMs + WINDOW_MS;
    batch.sealed = true;
    this.#onSealed(batch);
  }

  #create(startMs: number): OpenWindow {
    const batch = new SummaryBatch();
    batch.windowStartMs = startMs;
    batch.shard = this.#options.shard ?? 0;
    batch.generation = this.#options.generation ?? 0;
    return { batch, rows: new Int32Array(1024) };
  }
}

/** Ten minutes of empty windows one by one, so that incidents resolve in time; a longer gap has nothing to say. */
const MAX_EMPTY = 60;

interface OpenWindow {
  readonly batch: SummaryBatch;
  /** Component to row + 1. */
  rows: Int32Array;
}

/** One trace's parts by component. */
class TraceScratch {
  #size = 0;
  #component = new Int32Array(256);
  #histogramOf = new Uint8Array(256);
  #count = new Float64Array(256);
  #sum = new Float64Array(256);
  #sumOfSquares = new Float64Array(256);
  #value = new Float64Array(256);
  /** Component to part + 1, cleared after each trace. */
  #partOf = new Int32Array(1024);
  #measurements: Measurements | undefined;

  collect(table: ComponentTable, measurements: Measurements): void {
    this.#size = 0;
    this.#measurements = measurements;
    if (measurements.length > this.#component.length) this.#grow(measurements.length * 2);
    if (table.size > this.#partOf.length) this.#partOf = new Int32Array(table.size * 2);
    for (let m = 0; m < measurements.length; m++) {
      const component = measurements.component[m];
      const value = measurements.value[m];
      let part = this.#partOf[component] - 1;
      if (part < 0) {
        part = this.#size++;
        this.#partOf[component] = part + 1;
        this.#component[part] = component;
        this.#histogramOf[part] = table.kind[component] <= KindCode.total ? 1 : 0;
        this.#count[part] = this.#sum[part] = this.#sumOfSquares[part] = 0;
        this.#value[part] = value;
      }
      this.#count[part]++;
      this.#sum[part] += value;
      this.#sumOfSquares[part] += value * value;
      if (value > this.#value[part]) this.#value[part] = value;
    }
  }

  addTo(window: OpenWindow, traceId: Int32Array): void {
    const { batch } = window;
    for (let p = 0; p < this.#size; p++) {
      const row = rowOf(window, this.#component[p]);
      batch.count[row] += this.#count[p];
      batch.sum[row] += this.#sum[p];
      batch.sumOfSquares[row] += this.#sumOfSquares[p];
      if (this.#value[p] >= batch.topValue[row]) {
        offerTop(batch, row, {
          count: this.#count[p],
          sum: this.#sum[p],
          sumOfSquares: this.#sumOfSquares[p],
          value: this.#value[p],
          trace: traceId,
          traceAt: 0,
        });
      }
    }
    this.#addHistograms(window);
  }

  #addHistograms(window: OpenWindow): void {
    const measurements = this.#measurements;
    if (measurements === undefined) return;
    for (let m = 0; m < measurements.length; m++) {
      const component = measurements.component[m];
      if (this.#histogramOf[this.#partOf[component] - 1] === 0) continue;
      const row = window.rows[component] - 1;
      window.batch.histogram[row * HISTOGRAM_BUCKETS + histogramBucket(measurements.value[m])]++;
    }
    for (let p = 0; p < this.#size; p++) this.#partOf[this.#component[p]] = 0;
  }

  #grow(capacity: number): void {
    this.#component = new Int32Array(capacity);
    this.#histogramOf = new Uint8Array(capacity);
    this.#count = new Float64Array(capacity);
    this.#sum = new Float64Array(capacity);
    this.#sumOfSquares = new Float64Array(capacity);
    this.#value = new Float64Array(capacity);
  }
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
