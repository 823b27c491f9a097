import type { Rule } from './port.ts';
import { type Broken, judgeRule, ringsOf } from './judge.ts';
import { isQuantile, type Tally } from './tally.ts';
import { TallyRing, type TallyRingState } from './tally-ring.ts';
import type { Seat } from './scope.ts';

export interface SeriesState {
  readonly rings: readonly TallyRingState[];
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly brokenSinceMs: number | undefined;
}

/** A series that no request came to for so long is forgotten; until then its rate is 0. */
const FORGET_AFTER_MS = 86_400_000;
/** Of a bucket with a histogram, and of one without. */
const BUCKET_BYTES = { quantiles: 640, sums: 120 };

/** The requests of one seat, as one rule keeps them, and since when the rule is broken. */
export class Series {
  readonly seat: Seat;
  readonly #rule: Rule;
  readonly #rings: readonly TallyRing[];
  #firstSeenMs = Number.POSITIVE_INFINITY;
  #lastSeenMs = 0;
  #brokenSinceMs: number | undefined;

  constructor(rule: Rule, seat: Seat) {
    this.#rule = rule;
    this.seat = seat;
    this.#rings = ringsOf(rule).map((options) => new TallyRing(options));
  }

  /** The most memory that one of a rule may take. */
  static bytesOf(rule: Rule): number {
    return ringsOf(rule).reduce((sum, { bucketMs, spanMs, quantiles }) => {
      const each = quantiles ? BUCKET_BYTES.quantiles : BUCKET_BYTES.sums;
      return sum + (Math.ceil(spanMs / bucketMs) + 1) * each;
    }, 200);
  }

  get needsHistogram(): boolean {
    return this.#rule.type !== 'burn-rate' && isQuantile(this.#rule.measure);
  }

  take(atMs: number, tally: Tally): void {
    this.#firstSeenMs = Math.min(this.#firstSeenMs, atMs);
    this.#lastSeenMs = Math.max(this.#lastSeenMs, atMs);
    for (const ring of this.#rings) ring.add(atMs, tally);
  }

  /**
   * The breach at `toMs`, once it has lasted as long as the rule asks for, and since when; undefined when there is none.
   */
  judge(toMs: number, windowMs: number): (Broken & { readonly sinceMs: number }) | undefined {
    for (const ring of this.#rings) ring.advance(toMs - windowMs);
    const at = { toMs, knownMs: toMs - this.#firstSeenMs };
    const broken = judgeRule(this.#rule, (ring, from, to) => this.#rings[ring].sum(from, to), at);
    if (broken === undefined) {
      this.#brokenSinceMs = undefined;
      return undefined;
    }
    const sinceMs = (this.#brokenSinceMs ??= toMs - windowMs);
    const forMs = this.#rule.type === 'threshold' ? this.#rule.forMs : 0;
    return toMs - sinceMs >= forMs ? { ...broken, sinceMs } : undefined;
  }

  isOver(nowMs: number): boolean {
    return nowMs - this.#lastSeenMs > FORGET_AFTER_MS && this.#rings.every((ring) => ring.isEmptyAt(nowMs));
  }

  snapshot(): SeriesState {
    const rings = this.#rings.map((ring) => ring.snapshot());
    return {
      rings,
      firstSeenMs: this.#firstSeenMs,
      lastSeenMs: this.#lastSeenMs,
      brokenSinceMs: this.#brokenSinceMs,
    };
  }

  restore(state: SeriesState): void {
    this.#rings.forEach((ring, i) => i < state.rings.length && ring.restore(state.rings[i]));
    this.#firstSeenMs = state.firstSeenMs;
    this.#lastSeenMs = state.lastSeenMs;
    this.#brokenSinceMs = state.brokenSinceMs;
  }
}
