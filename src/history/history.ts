import type { Baseline } from '../baseline/port.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import { parseComponent } from '../domain/component-grammar.ts';
import { type SummaryBatch, WINDOW_MS } from '../domain/summary.ts';
import type { Metrics, Runtime } from '../runtime/index.ts';
import { ComponentIds } from './components.ts';
import { type HistoryWindow, standardErrorOf, WindowEncoder } from './encode-window.ts';
import { Keeping, type KeepingOptions } from './keeping.ts';
import { LastMinute } from './last-minute.ts';
import type { ComponentNow, ComponentSeries, HistoryReader, SeriesQuery } from './port.ts';
import { inUnit, seriesOf } from './series.ts';
import { GROUP_SIZE, readSlice } from './record.ts';
import { type Slice, SliceTable } from './slice-table.ts';

type Counter = ReturnType<Metrics['counter']>;
type Gauge = ReturnType<Metrics['gauge']>;

export interface HistoryOptions extends KeepingOptions {
  /** The database file; its folder exists. */
  readonly path: string;
}

/** Windows wait in memory for at most this long: what a kill loses. */
const FLUSH_EVERY_MS = 1_000;
/** Under `--clock event` windows come faster than the clock goes: this many are written at once. */
const MOST_WAITING = 64;
/** When the disk refuses, this many are kept for the next try, then the oldest are dropped and counted. */
const MOST_KEPT_BACK = 1024;

/**
 * Sealed windows, rolled up (10 s, a minute, an hour) and bounded, with the baselines as they were when judged. Written
 * off the hot path: `observe` encodes (about a microsecond a component), a timer writes. A failure of the disk loses history, never
 * an incident: it is logged, counted, and tried again.
 */
export class History implements HistoryReader {
  readonly #table: ComponentTable;
  readonly #baselines: readonly (Baseline | undefined)[];
  readonly #runtime: Runtime;
  readonly #slices: SliceTable;
  readonly #ids: ComponentIds;
  readonly #encoder: WindowEncoder;
  readonly #keeping: Keeping;
  readonly #lastMinute = new LastMinute();
  readonly #failures: Counter;
  readonly #lost: Counter;
  readonly #bytes: Gauge;
  #waiting: { windowMs: number; slices: readonly Slice[] }[] = [];
  #stopTimer = (): void => undefined;
  #failing = false;

  /** `baselines` by component number, read live. Throws when the file cannot be made. */
  constructor(
    table: ComponentTable,
    baselines: readonly (Baseline | undefined)[],
    options: HistoryOptions,
    runtime: Runtime,
  ) {
    this.#table = table;
    this.#baselines = baselines;
    this.#runtime = runtime;
    this.#slices = new SliceTable(options.path, (reason) =>
      runtime.logger.error(
        { file: options.path, reason },
        'the history cannot be read; it is moved to .aside and begun anew (incidents are not concerned)',
      ),
    );
    this.#ids = new ComponentIds(table, this.#slices.components());
    this.#encoder = new WindowEncoder(table, baselines, this.#ids);
    this.#keeping = new Keeping(this.#slices, this.#ids, options);
    this.#failures = runtime.metrics.counter(
      'spanwatch_history_failed_writes_total',
      'Writes of the history that failed; each is tried again.',
    );
    this.#lost = runtime.metrics.counter(
      'spanwatch_history_lost_windows_total',
      'Windows that the history could not keep.',
    );
    this.#bytes = runtime.metrics.gauge('spanwatch_history_bytes', 'Bytes in use by the history on disk.');
  }

  start(): Promise<void> {
    const tick = (): void => {
      this.flush();
      this.#stopTimer = this.#runtime.clock.after(FLUSH_EVERY_MS, tick);
    };
    this.#stopTimer = this.#runtime.clock.after(FLUSH_EVERY_MS, tick);
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    this.#stopTimer();
    this.flush();
    this.#slices.close();
    return Promise.resolve();
  }

  /** Takes a sealed window before it is judged, so that the baselines are those that judge it. Borrows the batch. */
  observe(batch: SummaryBatch): void {
    if (batch.length === 0) return;
    this.#lastMinute.push(batch);
    this.#waiting.push({ windowMs: batch.windowStartMs, slices: this.#encoder.encode(batch) });
    if (this.#waiting.length >= (this.#failing ? MOST_KEPT_BACK : MOST_WAITING)) this.flush();
  }

  /** Writes what waits, rolls up what is complete, forgets what is too old. Never throws. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const seen = this.#ids.takeChanged();
    try {
      this.#slices.write(
        this.#waiting.flatMap(({ slices }) => slices),
        seen,
      );
      seen.length = 0;
      const windows = this.#waiting.map(({ windowMs }) => windowMs / WINDOW_MS);
      this.#waiting = [];
      this.#keeping.written(windows);
      this.#bytes.set(this.#slices.bytes);
      this.#failing = false;
    } catch (error) {
      this.#ids.putBack(seen);
      this.#failed(error);
    }
  }

  series(query: SeriesQuery): Promise<ComponentSeries | undefined> {
    this.flush();
    const id = this.#ids.idOf(query.component);
    if (id === undefined) return Promise.resolve(undefined);
    const { kind } = parseComponent(query.component);
    const component = { id, kind, newestMs: this.#keeping.newestMs };
    return new Promise((resolve) => resolve(seriesOf(this.#slices, component, query)));
  }

  now(): readonly ComponentNow[] {
    const all: ComponentNow[] = [];
    for (const component of this.#lastMinute.components()) {
      const { count, mean, lastSeenMs } = this.#lastMinute.of(component);
      const kind = this.#table.kindOf(component);
      const error = standardErrorOf(this.#baselines[component], 'minute', Math.max(1, count));
      const level = this.#baselines[component]?.level;
      const { band, ...shown } = inUnit(kind, { mean, level, error });
      all.push({ component: this.#table.key(component), kind, count, lastSeenMs, ...shown, ...band });
    }
    return all;
  }

  /**
   * The 10 s windows in [fromMs, toMs) that are still kept, in order of time, with every component that is in the table of this
   * process: what the gate of feedback replays.
   */
  windows(fromMs: number, toMs: number): HistoryWindow[] {
    this.flush();
    const windows = new Map<number, HistoryWindow>();
    const range = { from: Math.floor(fromMs / WINDOW_MS), to: Math.ceil(toMs / WINDOW_MS) };
    for (let group = 0; group < this.#ids.groups; group++) {
      this.#slices.read({ rollUp: 0, group, ...range }, (stretch, bytes) => {
        let window = windows.get(stretch);
        if (window === undefined)
          windows.set(stretch, (window = { startMs: stretch * WINDOW_MS, records: new Map() }));
        readSlice(bytes, (slot, record) => {
          const key = this.#ids.keyOf(group * GROUP_SIZE + slot);
          if (key !== undefined) window.records.set(key, record);
        });
      });
    }
    return [...windows.values()].sort((a, b) => a.startMs - b.startMs);
  }

  #failed(error: unknown): void {
    this.#failures.inc();
    if (!this.#failing)
      this.#runtime.logger.error({ err: error }, 'the history could not be written; trying again');
    this.#failing = true;
    const dropped = Math.max(0, this.#waiting.length - MOST_KEPT_BACK);
    if (dropped === 0) return;
    this.#waiting = this.#waiting.slice(dropped);
    this.#lost.inc(dropped);
  }
}
