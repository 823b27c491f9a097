import type { Names } from '../domain/names.ts';
import { ORPHAN, type Trace } from '../domain/trace.ts';
import { WINDOW_MS } from '../domain/summary.ts';
import { widened } from '../domain/widened.ts';

/** A window in which so many of an operation's spans lack their parent is one in which that is usual. */
const USUAL_SHARE = 0.2;
/** So many such windows, and so large a part of those remembered, make it usual: more than a restart's thirty seconds. */
const USUAL_WINDOWS = 3;
/** Windows remembered by operation: an hour. */
const MEMORY_WINDOWS = 360;
/** Fewer lost spans than these in a hundred move nothing that is judged: calls by 3%, where 10% are noticed. */
const LEAST_LOSS = 0.03;
/** And so many times what is usual, so that a system that always loses some is judged by what it keeps. */
const TIMES_USUAL = 4;
/** Fewer spans with a parent say nothing of losses. */
const LEAST_SPANS = 40;
/** Orphans that a service must be expected to have for it to be asked whether it has them. */
const EXPECTED_ORPHANS = 2;
/** A service shares in the loss when it has at least this part of what would be its fair share. */
const FAIR_PART = 1 / 3;
/** Services that must be asked: of one or two nobody can say whether a service or the way to us broke. */
const LEAST_SERVICES = 3;

/** Spans with a parent id by operation, and those of them whose parent was not there: flat columns, on the hot path. */
class Tally {
  readonly operations: number[] = [];
  readonly spans: number[] = [];
  readonly orphans: number[] = [];
  /** Operation to place + 1. */
  #at = new Int32Array(1024);

  add(operation: number, orphan: boolean): void {
    if (operation >= this.#at.length) {
      this.#at = widened(this.#at, operation * 2);
    }
    let at = this.#at[operation] - 1;
    if (at < 0) {
      at = this.operations.push(operation) - 1;
      this.#at[operation] = at + 1;
      this.spans[at] = this.orphans[at] = 0;
    }
    this.spans[at]++;
    if (orphan) this.orphans[at]++;
  }

  snapshot(): TallyState {
    return this.operations.map((operation, i) => [operation, this.spans[i], this.orphans[i]]);
  }

  static from(state: TallyState): Tally {
    const tally = new Tally();
    for (const [operation, spans, orphans] of state) {
      tally.add(operation, false);
      tally.spans[tally.spans.length - 1] = spans;
      tally.orphans[tally.orphans.length - 1] = orphans;
    }
    return tally;
  }
}

type TallyState = readonly (readonly [operation: number, spans: number, orphans: number])[];

export interface LossState {
  readonly lossyWindows: number;
  readonly brokenTraces: number;
  readonly usualSpans: number;
  readonly usualOrphans: number;
  readonly windows: readonly (readonly [operation: number, seen: number, orphaned: number])[];
  /** What is counted of windows not sealed yet. Absent in what older versions stored. */
  readonly open?: {
    readonly sealedMs: number;
    readonly late: TallyState;
    readonly tallies: readonly (readonly [windowStartMs: number, tally: TallyState])[];
  };
}

/**
 * Spans that were lost on their way: a Collector that restarted, a queue that ran over. A span whose parent is not there
 * where its operation's parent always is shows it, and the trace it is in is broken: what it lacks was not left out by a
 * service, and time under what it lacks was nobody's own.
 *
 * A broken trace shows what lost a parent; one that lost a leaf does not show it. Of spans lost at random with the
 * probability p the share p of those with a parent are orphans, in every service alike. So when a window has many more
 * orphans than usual, and at least half of the services have their share of them, the window is lossy: it says nothing of
 * anybody. A service that crashes and takes its own spans with it makes orphans of its callees only.
 */
export class LossWatch {
  /** Windows that said nothing because of losses. */
  lossyWindows = 0;
  /** Traces with holes. */
  brokenTraces = 0;
  readonly #names: Names;
  readonly #windows = new Map<number, Tally>();
  #late = new Tally();
  /** Of the window of the trace at hand. */
  #tally = this.#late;
  #sealedMs = Number.NEGATIVE_INFINITY;
  /** By operation: windows seen, and those in which it lacked its parent. */
  readonly #seen: number[] = [];
  readonly #orphaned: number[] = [];
  #usualSpans = 0;
  #usualOrphans = 0;

  constructor(names: Names) {
    this.#names = names;
  }

  /**
   * Begins a trace that has so many spans whose parent is not there; true when spans of it were lost. Each of its spans with
   * a parent id goes to `span` then.
   */
  begin(trace: Trace, orphans: number): boolean {
    this.#tally = this.#tallyOf(trace);
    const broken = trace.dropped > 0 || (orphans > 0 && this.#lacksParents(trace));
    if (broken) this.brokenTraces++;
    return broken;
  }

  /** Counts a span of the trace at hand that has a parent id. */
  span(operation: number, isOrphan: boolean): void {
    this.#tally.add(operation, isOrphan);
  }

  /** Whether so much was lost of a window, now sealed, that it says nothing. Each window once, in order of time. */
  seal(windowStartMs: number): boolean {
    this.#sealedMs = windowStartMs + WINDOW_MS;
    const tally = this.#windows.get(windowStartMs);
    for (const start of this.#windows.keys()) if (start < this.#sealedMs) this.#windows.delete(start);
    this.#learn(this.#late);
    this.#late = new Tally();
    if (tally === undefined) return false;
    if (this.#isLossy(tally)) {
      this.lossyWindows++;
      return true;
    }
    this.#learn(tally);
    return false;
  }

  snapshot(): LossState {
    return {
      lossyWindows: this.lossyWindows,
      brokenTraces: this.brokenTraces,
      usualSpans: this.#usualSpans,
      usualOrphans: this.#usualOrphans,
      windows: this.#seen.flatMap((seen, operation) => [
        [operation, seen, this.#orphaned[operation]] as const,
      ]),
      open: {
        sealedMs: this.#sealedMs,
        late: this.#late.snapshot(),
        tallies: [...this.#windows].map(([start, tally]) => [start, tally.snapshot()] as const),
      },
    };
  }

  restore(state: LossState): void {
    this.lossyWindows = state.lossyWindows;
    this.brokenTraces = state.brokenTraces;
    this.#usualSpans = state.usualSpans;
    this.#usualOrphans = state.usualOrphans;
    if (state.open !== undefined) {
      this.#sealedMs = state.open.sealedMs;
      this.#late = Tally.from(state.open.late);
      this.#windows.clear();
      for (const [start, tally] of state.open.tallies) this.#windows.set(start, Tally.from(tally));
    }
    for (const [operation, seen, orphaned] of state.windows) {
      this.#seen[operation] = seen;
      this.#orphaned[operation] = orphaned;
    }
  }

  /** What came after its window was sealed (traces that waited for a root) counts for what is usual only. */
  #tallyOf(trace: Trace): Tally {
    const startMs = Math.floor(trace.latestEndUs / 1000 / WINDOW_MS) * WINDOW_MS;
    if (startMs < this.#sealedMs) return this.#late;
    let tally = this.#windows.get(startMs);
    if (tally === undefined) this.#windows.set(startMs, (tally = new Tally()));
    return tally;
  }

  #lacksParents({ spanCount, parent, operation }: Trace): boolean {
    for (let i = 0; i < spanCount; i++) if (parent[i] === ORPHAN && !this.#isUsual(operation[i])) return true;
    return false;
  }

  #isUsual(operation: number): boolean {
    const orphaned = this.#orphaned[operation] ?? 0;
    return orphaned >= USUAL_WINDOWS && orphaned >= USUAL_SHARE * this.#seen[operation];
  }

  #isLossy({ operations, spans, orphans }: Tally): boolean {
    const byService = new Map<number, { spans: number; orphans: number }>();
    let allSpans = 0;
    let allOrphans = 0;
    operations.forEach((operation, i) => {
      if (this.#isUsual(operation)) return;
      const service = this.#names.serviceOf(operation);
      const sums = byService.get(service) ?? { spans: 0, orphans: 0 };
      byService.set(service, sums);
      sums.spans += spans[i];
      sums.orphans += orphans[i];
      allSpans += spans[i];
      allOrphans += orphans[i];
    });
    const loss = allOrphans / allSpans;
    const usual = (this.#usualOrphans + 0.5) / (this.#usualSpans + 1);
    if (!(allSpans >= LEAST_SPANS) || loss < LEAST_LOSS || loss < TIMES_USUAL * Math.min(usual, 0.2))
      return false;
    const asked = [...byService.values()].filter((sums) => sums.spans * loss >= EXPECTED_ORPHANS);
    const sharing = asked.filter((sums) => sums.orphans >= FAIR_PART * loss * sums.spans);
    return asked.length >= LEAST_SERVICES && sharing.length >= asked.length / 2;
  }

  #learn({ operations, spans, orphans }: Tally): void {
    let allSpans = 0;
    let allOrphans = 0;
    operations.forEach((operation, i) => {
      if (!this.#isUsual(operation)) {
        allSpans += spans[i];
        allOrphans += orphans[i];
      }
      const seen = (this.#seen[operation] ?? 0) + 1;
      const orphaned = (this.#orphaned[operation] ?? 0) + (orphans[i] >= USUAL_SHARE * spans[i] ? 1 : 0);
      const keep = seen > MEMORY_WINDOWS ? MEMORY_WINDOWS / seen : 1;
      this.#seen[operation] = seen * keep;
      this.#orphaned[operation] = orphaned * keep;
    });
    const keep = 1 - 1 / MEMORY_WINDOWS;
    this.#usualSpans = this.#usualSpans * keep + allSpans;
    this.#usualOrphans = this.#usualOrphans * keep + allOrphans;
  }
}
