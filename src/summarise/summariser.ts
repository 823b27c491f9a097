import type { ComponentTable } from '../domain/component-table.ts';
import type { Measurements } from '../domain/measurement.ts';
import { SummaryBatch, WINDOW_MS } from '../domain/summary.ts';
import type { Trace } from '../domain/trace.ts';
import { type OpenWindow, TraceParts } from './trace-parts.ts';

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
  readonly #options: SummariserOptions;
  readonly #onSealed: (batch: SummaryBatch) => void;
  readonly #open = new Map<number, OpenWindow>();
  /** Start of the oldest window that is not sealed, ms; -1 before the first trace. */
  #oldestMs = -1;
  readonly #parts: TraceParts;

  constructor(table: ComponentTable, options: SummariserOptions, onSealed: (batch: SummaryBatch) => void) {
    this.#parts = new TraceParts(table);
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
    this.#parts.addTo(window, measurements, trace.traceId);
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
