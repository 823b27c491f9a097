import type { ComponentTable } from '../domain/component-table.ts';
import { SCALE_WINDOWS } from '../domain/scales.ts';
import { type SummaryBatch, WINDOW_MS } from '../domain/summary.ts';
import { type Baseline, standardError } from './baseline.ts';
import { Blocks, type OpenBlocks } from './blocks.ts';
import { fitBaseline, leastBetween, type Pool } from './fit.ts';
import { type LevelShift, LevelShifts, type LevelShiftState } from './level-shift.ts';
import { LagQueue, type LearnedWindow } from './lag-queue.ts';
import { poolOf } from './pool.ts';
import { seasonAt } from './season.ts';
import { restLevel } from './season-level.ts';
import { SeasonClock } from './season-clock.ts';
import { Series, type SeriesState } from './series.ts';

export interface LearnerOptions {
  /** A window enters its baseline this long after it was seen, so that a ramp is not learned while it grows. */
  readonly lagMs: number;
  /** Windows that a baseline remembers: older ones fade with this many windows' time constant. */
  readonly memoryWindows: number;
}

/** Half an hour of lag outlives the ramp of most faults; six hours of memory follow the day without chasing an hour. */
export const DEFAULT_LEARNER_OPTIONS: LearnerOptions = { lagMs: 30 * 60_000, memoryWindows: 2160 };

/** A component is judged once it was seen in this many windows with this many traces: ten minutes of steady traffic. */
export const ENOUGH_WINDOWS = 30;
export const ENOUGH_TRACES = 60;

/** A stretch of event time, [fromMs, toMs), that is not learned; for the given services only, or for all. */
export interface Freeze {
  readonly fromMs: number;
  readonly toMs: number;
  /** Service numbers; absent: everything. */
  readonly services?: ReadonlySet<number>;
}

export interface LearnerState {
  readonly baselines: readonly (readonly [component: number, baseline: Baseline])[];
  readonly waiting: readonly LearnedWindow[];
  readonly collecting: readonly (readonly [component: number, series: SeriesState])[];
  readonly freezes: ReadonlyMap<string, Freeze>;
  readonly pools: ReadonlyMap<string, Pool>;
  readonly blocks: OpenBlocks;
  readonly shifts: LevelShiftState;
}

/**
 * Baselines that follow the traffic: sealed windows enter late, and not where an incident or an `--exclude` covers
 * them. A component new to the model collects windows until there are enough, then is fitted robustly.
 */
export class Learner {
  /** By component number; undefined while there is not enough to judge by. */
  readonly baselines: (Baseline | undefined)[] = [];
  readonly #table: ComponentTable;
  readonly #options: LearnerOptions;
  readonly #queue: LagQueue;
  readonly #collecting = new Map<number, Series>();
  readonly #excluded: readonly Freeze[];
  readonly #freezes = new Map<string, Freeze>();
  #pools = new Map<string, Pool>();
  readonly #blocks = new Blocks();
  readonly #shifts = new LevelShifts();
  readonly #clock = new SeasonClock();
  /** A new level was adopted: by itself, or because a person said so. */
  onAdopted: (shift: LevelShift) => void = () => undefined;

  constructor(table: ComponentTable, options: LearnerOptions, excluded: readonly Freeze[] = []) {
    this.#table = table;
    this.#options = options;
    this.#excluded = excluded;
    this.#queue = new LagQueue(options.lagMs, (window) => this.#learn(window));
  }

  /** Takes over the baselines of a model, and the pools that new components are shrunk to. */
  adopt(baselines: Iterable<readonly [number, Baseline]>): void {
    for (const [component, baseline] of baselines) this.baselines[component] = baseline;
    this.#pools = poolOf(this.#table, this.baselines);
    this.#clock.watch(this.baselines);
  }

  /** Levels become those of the window that begins then (epoch ms), where there are seasons: before it is judged. */
  moveTo(windowStartMs: number): void {
    this.#clock.moveTo(windowStartMs / WINDOW_MS, this.baselines);
  }

  /** As `adopt`, while traffic is followed: what was begun about these components is forgotten. Returns how many were known. */
  replace(baselines: ReadonlyMap<number, Baseline>): number {
    let replaced = 0;
    for (const component of baselines.keys()) {
      if (this.baselines[component] !== undefined) replaced++;
      this.#collecting.delete(component);
      this.#blocks.forget(component);
      this.#shifts.forget(component);
    }
    this.adopt(baselines);
    return replaced;
  }

  /** Whether windows of a component that has no baseline yet were learned. */
  isCollecting(component: number): boolean {
    return this.#collecting.has(component);
  }

  snapshot(): LearnerState {
    return {
      // Sparse: `flatMap` leaves the holes out.
      baselines: this.baselines.flatMap((baseline, component) =>
        baseline === undefined ? [] : [[component, baseline] as const],
      ),
      waiting: this.#queue.snapshot(),
      collecting: [...this.#collecting].map(([component, series]) => [component, series.snapshot()]),
      freezes: this.#freezes,
      pools: this.#pools,
      blocks: this.#blocks.open,
      shifts: this.#shifts.snapshot(),
    };
  }

  /** In place of what was learned and adopted so far. */
  restore(state: LearnerState): void {
    // In place: who judges reads this very array.
    this.baselines.length = 0;
    for (const [component, baseline] of state.baselines)
      this.baselines[component] = { ...baseline, between: baseline.between.slice() };
    this.#queue.restore(state.waiting);
    this.#collecting.clear();
    for (const [component, series] of state.collecting) this.#collecting.set(component, Series.from(series));
    this.#freezes.clear();
    for (const [key, freeze] of state.freezes) this.#freezes.set(key, freeze);
    this.#pools = new Map(
      [...state.pools].map(([kind, pool]) => [kind, { ...pool, between: pool.between.slice() }]),
    );
    this.#blocks.restore(state.blocks);
    this.#shifts.restore(state.shifts);
    this.#clock.watch(this.baselines);
  }

  /** What waits to be learned is dropped. */
  dropWaiting(): void {
    this.#queue.restore([]);
  }

  observe(batch: SummaryBatch): void {
    this.moveTo(batch.windowStartMs);
    this.#queue.push(batch);
    this.#confirm(batch);
  }

  /** `key` (an incident) covers these windows; a later call with the same key replaces the earlier one. */
  freeze(key: string, freeze: Freeze): void {
    this.#freezes.set(key, freeze);
  }

  /**
   * A person says that what this component did in `firing` (epoch ms) is normal: the level is theirs at once, `seen` when those windows
   * do not wait here any more.
   */
  adoptNow(component: number, firing: readonly (readonly [number, number])[], seen: number): void {
    const baseline = this.baselines[component];
    if (baseline === undefined) return;
    let sum = 0;
    let count = 0;
    const seasonOf = (number: number): number => this.#seasonOf(baseline, number);
    for (const window of this.#queue.snapshot()) {
      const atMs = window.number * WINDOW_MS;
      if (!firing.some(([from, to]) => from <= atMs && atMs < to)) continue;
      const i = window.component.indexOf(component);
      if (i < 0) continue;
      sum += window.sum[i] - window.count[i] * seasonOf(window.number);
      count += window.count[i];
    }
    const sinceMs = firing[0]?.[0] ?? 0;
    const seenAt = Math.floor((firing.at(-1)?.[1] ?? sinceMs) / WINDOW_MS);
    const to = count > 0 ? sum / count : seen - seasonOf(seenAt);
    this.onAdopted(
      this.#shifts.adoptNow(component, baseline, { kind: this.#table.kindOf(component), to, sinceMs }),
    );
  }

  #confirm(batch: SummaryBatch): void {
    const atMs = batch.windowStartMs;
    if (this.#excluded.some((f) => covers(f, atMs))) return;
    const freezes = [...this.#freezes.values()].filter((f) => covers(f, atMs));
    const shifts = this.#shifts.observe(batch, this.baselines, {
      kindOf: (component) => this.#table.kindOf(component),
      isHurt: (component) => freezes.some((f) => this.#isFrozen(f, component)),
    });
    for (const shift of shifts) this.onAdopted(shift);
  }

  #learn(window: LearnedWindow): void {
    const atMs = window.number * WINDOW_MS;
    for (const [key, freeze] of this.#freezes) if (freeze.toMs <= atMs) this.#freezes.delete(key);
    if (this.#excluded.some((f) => covers(f, atMs))) return;
    const freezes = [...this.#freezes.values()].filter((f) => covers(f, atMs));
    for (let i = 0; i < window.component.length; i++) {
      const component = window.component[i];
      if (freezes.some((f) => this.#isFrozen(f, component))) continue;
      if (this.#shifts.isHeld(component, this.#table.kindOf(component), window.number)) continue;
      const baseline = this.baselines[component];
      if (baseline === undefined) this.#collect(component, window, i);
      else this.#follow(component, baseline, { window, at: i });
    }
  }

  #isFrozen(freeze: Freeze, component: number): boolean {
    if (freeze.services === undefined) return true;
    const { names } = this.#table;
    const a = this.#table.a[component];
    const b = this.#table.b[component];
    switch (this.#table.kindOf(component)) {
      case 'dependency':
        return freeze.services.has(a);
      case 'request':
      case 'response':
      case 'queue':
        return freeze.services.has(a) || freeze.services.has(names.serviceOf(b));
      case 'calls':
        return freeze.services.has(names.serviceOf(a)) || freeze.services.has(names.serviceOf(b));
      default:
        return freeze.services.has(names.serviceOf(a));
    }
  }

  #collect(component: number, window: LearnedWindow, i: number): void {
    let series = this.#collecting.get(component);
    if (series === undefined) this.#collecting.set(component, (series = new Series()));
    series.push(window.number, window.count[i], window.sum[i], window.sumOfSquares[i]);
    if (series.length < ENOUGH_WINDOWS * 2) return;
    const kind = this.#table.kindOf(component);
    const baseline = fitBaseline(kind, series, this.#pools.get(kind));
    if (baseline.values < ENOUGH_TRACES) {
      series.keepLast(ENOUGH_WINDOWS * 20);
      return;
    }
    this.baselines[component] = baseline;
    this.#collecting.delete(component);
  }

  #seasonOf({ season }: Baseline, window: number): number {
    return season === undefined ? 0 : seasonAt(season, this.#clock.momentOf(window));
  }

  /** One step of exponential forgetting; a deviation counts for at most three standard errors. */
  #follow(
    component: number,
    baseline: Baseline,
    { window, at }: { window: LearnedWindow; at: number },
  ): void {
    const count = window.count[at];
    const mean = window.sum[at] / count;
    const season = this.#seasonOf(baseline, window.number);
    const step = 1 / Math.min(baseline.windows + 1, this.#options.memoryWindows);
    const limit = 3 * standardError(baseline, 0, count);
    const deviation = Math.max(-limit, Math.min(limit, mean - (restLevel(baseline) + season)));
    const weight = Math.min(1, baseline.between[0] / (baseline.between[0] + baseline.within / count) + 0.1);
    baseline.level += step * weight * deviation;
    // Traces of the windows that are remembered.
    baseline.values = (baseline.values + count) / ((baseline.windows + 1) * step);
    baseline.windows = Math.min(baseline.windows + 1, this.#options.memoryWindows);
    if (count >= 2) {
      const variance = Math.max(0, (window.sumOfSquares[at] - count * mean * mean) / (count - 1));
      baseline.within += step * (Math.min(variance, baseline.within * 9) - baseline.within);
    }
    this.#blocks.add(
      component,
      window.number,
      { sum: window.sum[at] - count * season, count },
      (scale, blockMean, blockCount) => {
        const reach = 3 * standardError(baseline, scale, blockCount);
        const off = Math.min(Math.abs(blockMean - restLevel(baseline)), reach);
        const between = Math.max(0, off * off - baseline.within / blockCount);
        const blockStep = step * SCALE_WINDOWS[scale];
        const floor = leastBetween(this.#table.kindOf(component));
        baseline.between[scale] = Math.max(
          floor,
          baseline.between[scale] + blockStep * (between - baseline.between[scale]),
        );
      },
    );
  }
}

function covers(freeze: Freeze, atMs: number): boolean {
  return freeze.fromMs < atMs + WINDOW_MS && freeze.toMs > atMs;
}
