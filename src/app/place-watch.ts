import { type Baseline, SiblingSpreads } from '../baseline/index.ts';
import { type Detector, judgePlaces, type PlaceJudgement } from '../detect/index.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import { PlaceWindows, type PlaceWindowsState } from '../domain/place-windows.ts';
import { type SummaryBatch, WINDOW_MS } from '../domain/summary.ts';

export interface PlaceWatchState {
  readonly newest: number;
  readonly windows: PlaceWindowsState;
  readonly spreads: ReturnType<SiblingSpreads['snapshot']>;
  readonly seen: ReadonlyMap<number, { readonly first: number; readonly last: number }>;
  readonly started: number;
}

/** A pod that nobody heard of for an hour is gone: longer than any trace is open, and than most restarts take. */
const GONE_WINDOWS = 3_600_000 / WINDOW_MS;
/** Names are looked through so often. */
const SWEEP_WINDOWS = 600_000 / WINDOW_MS;
/** Spreads follow what was observed so often. */
const FIT_WINDOWS = 3_600_000 / WINDOW_MS;
/** What was there within the first half minute was there before the process. */
const BEGINNING_WINDOWS = 3;
/** A version counts as new for a day. */
const NEW_WINDOWS = 86_400_000 / WINDOW_MS;

/** `first` of a name that a model brought, or a sender that is not judged yet. */
const NEVER = -1;

/** Who serves beside whom: pods, versions and hosts compared at the same time, and forgotten when they are gone. */
export class PlaceWatch {
  /** The newest; whoever keeps it, keeps it as it is. */
  judgement: PlaceJudgement | undefined;
  /** Slots whose room was given back. */
  released = 0;
  readonly #table: ComponentTable;
  readonly #windows = new PlaceWindows();
  readonly #spreads: SiblingSpreads;
  readonly #baselines: readonly (Baseline | undefined)[];
  readonly #detector: Detector;
  #seen = new Map<number, { first: number; last: number }>();
  /** Number of the first window; -1 before. */
  #started = -1;

  constructor(table: ComponentTable, baselines: readonly (Baseline | undefined)[], detector: Detector) {
    this.#table = table;
    this.#baselines = baselines;
    this.#detector = detector;
    this.#spreads = new SiblingSpreads(table);
  }

  /** Takes over what a model knows of how pods differ. */
  adopt(spreads: ReadonlyMap<number, Float64Array>): this {
    this.#spreads.adopt(spreads);
    return this;
  }

  /** What a model keeps of it. */
  get spreads(): ReadonlyMap<number, Float64Array> {
    return this.#spreads.all;
  }

  observe({ windowStartMs, cells }: SummaryBatch): {
    readonly judgement: PlaceJudgement;
    readonly isNew: (version: number) => boolean;
  } {
    const number = windowStartMs / WINDOW_MS;
    if (this.#started < 0) this.#started = number;
    for (let i = 0; i < cells.length; i++)
      for (const slot of [cells.place[i], cells.version[i], cells.node[i]]) this.#see(slot, number);
    this.#windows.push(number, cells);
    const judgement = judgePlaces(
      {
        table: this.#table,
        baselines: this.#baselines,
        spread: (component, scale) => this.#spreads.spread(component, scale),
        floors: this.#detector.floors,
      },
      this.#windows,
    );
    this.judgement = judgement;
    this.#spreads.observe(judgement.strata, number);
    if (number % FIT_WINDOWS === 0) this.#spreads.fit();
    if (number % SWEEP_WINDOWS === 0) this.#sweep(number);
    return { judgement, isNew: (version) => this.#isNew(version) };
  }

  /** Whether a version appeared while others were running, not long ago. */
  #isNew(slot: number): boolean {
    const seen = this.#seen.get(slot);
    if (seen === undefined || seen.first < this.#started + BEGINNING_WINDOWS) return false;
    return this.#windows.newest - seen.first < NEW_WINDOWS;
  }

  snapshot(): PlaceWatchState {
    return {
      newest: this.#windows.newest,
      windows: this.#windows.snapshot(),
      spreads: this.#spreads.snapshot(),
      seen: this.#seen,
      started: this.#started,
    };
  }

  restore({ newest, windows, spreads, seen, started }: PlaceWatchState): void {
    this.#windows.restore(windows, newest);
    this.#spreads.restore(spreads);
    this.#seen = new Map([...seen].map(([slot, { first, last }]) => [slot, { first, last }]));
    this.#started = started;
  }

  #see(slot: number, number: number): void {
    if (slot === 0) return;
    const seen = this.#seen.get(slot);
    if (seen === undefined || seen.first < 0) this.#seen.set(slot, { first: number, last: number });
    else seen.last = number;
  }

  /** Names of models and of spans alike: what was not seen yet is given its hour from now. */
  #sweep(number: number): void {
    const { names } = this.#table;
    for (const slot of names.slotsAlive(['instance', 'version', 'node'])) {
      this.#seen.set(slot, this.#seen.get(slot) ?? { first: NEVER, last: number });
    }
    for (const [slot, { last }] of this.#seen) {
      if (number - last <= GONE_WINDOWS) continue;
      names.releaseSlot(slot);
      this.#seen.delete(slot);
      this.released++;
    }
  }
}
