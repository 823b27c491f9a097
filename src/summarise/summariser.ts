import type { ComponentTable } from '../domain/component-table.ts';
import type { Measurements } from '../domain/measurement.ts';
import { SummaryBatch, summaryFrom, type SummaryState, summaryState, WINDOW_MS } from '../domain/summary.ts';
import type { Trace } from '../domain/trace.ts';
import { type OpenWindow, rowsOf, type Topped, TraceParts } from './trace-parts.ts';

export interface SummariserOptions {
  /** How long after its end a window stays open: the longest a complete trace is held before it is measured. */
  readonly latenessMs: number;
  readonly shard?: number;
  readonly generation?: number;
}

export interface SummariserState {
  readonly late: number;
  readonly ahead: number;
  readonly oldestMs: number;
  readonly empty: number;
  readonly open: readonly SummaryState[];
}

/** Ten minutes of empty windows one by one, so that incidents resolve in time; a longer gap has nothing to say. */
const MAX_EMPTY = 60;
/** A trace that claims to end further ahead of the watermark is not believed: far beyond skew, and 360 windows. */
const MAX_AHEAD_MS = 3_600_000;
/** Open windows at most, also while no watermark is known: above MAX_AHEAD_MS, and some 100 MB. */
const MAX_OPEN = 512;

/**
 * Measurements by component and window. A trace counts in the window of its latest span end; when that window is sealed
 * already, in the oldest open one, and is counted as late. Sealed windows leave in order of time, empty ones too, so
 * that whoever judges sees every stretch of time; of a gap the first `MAX_EMPTY` windows leave, the rest is skipped.
 */
export class Summariser {
  /** Measured traces that came after their window was sealed. */
  late = 0;
  /** Cells of pods that did not fit into their window. */
  refusedCells = 0;
  /** Measured traces with an end too far ahead to be believed: they count where the watermark is. */
  ahead = 0;
  readonly #options: SummariserOptions;
  readonly #onSealed: (batch: SummaryBatch) => void;
  readonly #open = new Map<number, OpenWindow>();
  /** Start of the oldest window that is not sealed, ms; -1 before the first trace. */
  #oldestMs = -1;
  /** Empty windows that left one after the other. */
  #empty = 0;
  readonly #parts: TraceParts;

  constructor(table: ComponentTable, options: SummariserOptions, onSealed: (batch: SummaryBatch) => void) {
    this.#parts = new TraceParts(table);
    this.#options = options;
    this.#onSealed = onSealed;
  }

  /** Of which components the trace added last is the largest of its window so far. */
  get topped(): Topped {
    return this.#parts.topped;
  }

  get openWindows(): number {
    return this.#open.size;
  }

  /** End of the newest window that is sealed, epoch ms; -Infinity before the first. */
  get sealedThroughMs(): number {
    return this.#oldestMs < 0 ? Number.NEGATIVE_INFINITY : this.#oldestMs;
  }

  /** `watermarkUs` is how far time has come when the trace is handed over; 0 while nobody knows. */
  add(trace: Trace, measurements: Measurements, watermarkUs = 0): void {
    let startMs = Math.floor(this.#endMs(trace, watermarkUs) / WINDOW_MS) * WINDOW_MS;
    if (this.#oldestMs < 0) this.#oldestMs = startMs;
    if (startMs < this.#oldestMs) {
      this.late++;
      startMs = this.#oldestMs;
    }
    let window = this.#open.get(startMs);
    if (window === undefined) this.#open.set(startMs, (window = this.#create(startMs)));
    window.batch.traces++;
    this.#parts.addTo(window, measurements, trace.traceId, trace);
    while (this.#open.size > MAX_OPEN) this.#sealNext(Number.POSITIVE_INFINITY);
  }

  /** Seals every window that ended `latenessMs` or more before the watermark. */
  advance(watermarkUs: number): void {
    if (this.#oldestMs < 0) return;
    const sealBeforeMs = watermarkUs / 1000 - this.#options.latenessMs;
    while (this.#oldestMs + WINDOW_MS <= sealBeforeMs) this.#sealNext(sealBeforeMs);
  }

  /** Seals what is open: the input has ended. */
  flush(): void {
    while (this.#open.size > 0) this.#sealNext(Number.POSITIVE_INFINITY);
  }

  snapshot(): SummariserState {
    const open = [...this.#open.values()].map(({ batch }) => summaryState(batch));
    return { late: this.late, ahead: this.ahead, oldestMs: this.#oldestMs, empty: this.#empty, open };
  }

  restore(state: SummariserState): void {
    this.late = state.late;
    this.ahead = state.ahead;
    this.#oldestMs = state.oldestMs;
    this.#empty = state.empty;
    this.#open.clear();
    for (const window of state.open) {
      const batch = summaryFrom(window);
      this.#open.set(batch.windowStartMs, { batch, rows: rowsOf(batch) });
    }
  }

  #endMs(trace: Trace, watermarkUs: number): number {
    const endMs = trace.latestEndUs / 1000;
    if (watermarkUs === 0 || endMs <= watermarkUs / 1000 + MAX_AHEAD_MS) return endMs;
    this.ahead++;
    return watermarkUs / 1000;
  }

  /** Seals the oldest window, or skips what is left of a gap: to the next open window, but not beyond `untilMs`. */
  #sealNext(untilMs: number): void {
    const startMs = this.#oldestMs;
    const window = this.#open.get(startMs);
    if (window === undefined && this.#empty >= MAX_EMPTY) {
      const toMs = Math.min(untilMs, ...this.#open.keys());
      this.#oldestMs = Math.max(startMs + WINDOW_MS, Math.floor(toMs / WINDOW_MS) * WINDOW_MS);
      return;
    }
    this.#empty = window === undefined ? this.#empty + 1 : 0;
    const batch = window?.batch ?? this.#batch(startMs, 1);
    this.#open.delete(startMs);
    this.#oldestMs = startMs + WINDOW_MS;
    batch.sealed = true;
    this.refusedCells += batch.cells.refused;
    this.#onSealed(batch);
  }

  #create(startMs: number): OpenWindow {
    return { batch: this.#batch(startMs), rows: new Int32Array(1024) };
  }

  #batch(startMs: number, capacity?: number): SummaryBatch {
    const batch = new SummaryBatch(capacity);
    batch.windowStartMs = startMs;
    batch.shard = this.#options.shard ?? 0;
    batch.generation = this.#options.generation ?? 0;
    return batch;
  }
}
