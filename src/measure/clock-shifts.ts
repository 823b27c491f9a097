/** Sides that are negative by less are jitter, or servers that end their span just after the answer left. */
const TOLERANCE_US = 1000;
/** So many calls in a row must be impossible before a clock is said to have changed: one may be a confused client. */
const BELIEVED = 3;
/** Calls from which a pair's usual split, and after a change its new offset, are taken. */
const ENOUGH = 32;
/** A smaller correction is not worth looking for new ways between hosts. */
const NOTICED_US = 200;
/** With more pairs the ways between hosts are looked for again only now and then. */
const FEW_PAIRS = 2000;
const SELDOM = 1000;

export interface CallSides {
  readonly requestUs: number;
  readonly responseUs: number;
}

/** How much of a call's time lay on the network, and how far the callee's clock seemed ahead of the caller's. */
interface Sample {
  readonly sumUs: number;
  readonly aheadUs: number;
}

interface HostPair {
  readonly low: number;
  readonly high: number;
  /** How far the clock of `high` has gone ahead of that of `low` since their offset was learned, microseconds. */
  aheadUs: number;
  /** Half of what requests usually take longer than responses: of calls from low to high, and from high to low. */
  readonly usualUs: [number, number];
  readonly learning: [Sample[] | undefined, Sample[] | undefined];
  /** Calls that the offset in force makes impossible; after a change those it is refined by. */
  samples: Sample[];
  refining: boolean;
  calls: number;
}

export interface ClockShiftsState {
  readonly pairs: readonly (readonly [key: number, pair: HostPair])[];
  readonly shifts: number;
}

/**
 * Clocks that change while they are watched. A step of a host's clock moves time from one side of its calls to the other
 * and leaves their sum as it was: with time on the network d = request + response and half of the difference
 * o = (request - response) / 2, the callee's clock is ahead by o - usual, give or take d / 2 (the four timestamps of NTP,
 * RFC 5905 section 8). An offset outside of that makes one side negative, an answer before its question, which no delay
 * does: after three such calls in a row the pair of hosts gets a new offset, the median of o - usual over the calls with
 * the least time on the network (the clock filter of RFC 5905 section 10 takes the one with the least), refined until
 * there are 32. A delay, on one side or both, makes nothing negative and moves no offset. `usual` is learned from the
 * first 32 calls and kept, so that both sides mean after a step what they meant before it.
 *
 * What lies between two hosts that do not call and wait for each other (a queue) follows from the steps of pairs on the
 * way from one to the other.
 */
export class ClockShifts {
  /** Changes followed. */
  shifts = 0;
  readonly #pairs = new Map<number, HostPair>();
  readonly #maxPairs: number;
  /** By host: how far ahead of the others that it is connected with; undefined when pairs changed since. */
  #clocks: Map<number, { readonly group: number; readonly aheadUs: number }> | undefined;
  #sinceClocks = 0;

  constructor(maxPairs = 100_000) {
    this.#maxPairs = maxPairs;
  }

  /** Microseconds by which the clock of `to` has gone ahead of that of `from`; hosts are numbers below 2^26. */
  aheadUs(from: number, to: number): number {
    if (from === to || this.shifts === 0) return 0;
    const pair = this.#pairs.get(keyOf(from, to));
    if (pair !== undefined) return from < to ? pair.aheadUs : -pair.aheadUs;
    return this.aroundUs(from, to);
  }

  /**
   * The same, by the way between the two on which most calls lie: what rarely calls has not shown yet that a clock
   * changed when what often calls has.
   */
  aroundUs(from: number, to: number): number {
    if (from === to || this.shifts === 0) return 0;
    this.#sinceClocks++;
    if (this.#clocks === undefined && (this.#pairs.size <= FEW_PAIRS || this.#sinceClocks > SELDOM)) {
      this.#clocks = clocksOf([...this.#pairs.values()]);
      this.#sinceClocks = 0;
    }
    const [a, b] = [this.#clocks?.get(from), this.#clocks?.get(to)];
    return a === undefined || b === undefined || a.group !== b.group ? 0 : b.aheadUs - a.aheadUs;
  }

  /**
   * Looks at a call between two hosts that was waited for, its sides as they are without any change of clocks. False when
   * it is impossible and it is not known yet what the clocks are: then its sides say nothing.
   */
  observe(from: number, to: number, { requestUs, responseUs }: CallSides): boolean {
    const sumUs = requestUs + responseUs;
    // A server that takes longer than its client waited was given up on: that is no matter of clocks.
    if (from === to || sumUs < 0) return true;
    const pair = this.#pair(from, to);
    if (pair === undefined) return true;
    pair.calls++;
    const up = from < to;
    const offUs = (requestUs - responseUs) / 2;
    const aheadUs = up ? pair.aheadUs : -pair.aheadUs;
    const usualUs = pair.usualUs[up ? 0 : 1];
    const estimate = up ? offUs - usualUs : usualUs - offUs;
    if (Math.abs(offUs - aheadUs) - sumUs / 2 > TOLERANCE_US)
      return this.#doubt(pair, { sumUs, aheadUs: estimate });
    if (pair.refining) this.#refine(pair, { sumUs, aheadUs: estimate });
    else {
      pair.samples.length = 0;
      learnUsual(pair, up ? 0 : 1, { sumUs, aheadUs: offUs - aheadUs });
    }
    return true;
  }

  snapshot(): ClockShiftsState {
    return { pairs: [...this.#pairs], shifts: this.shifts };
  }

  restore({ pairs, shifts }: ClockShiftsState): void {
    this.#pairs.clear();
    for (const [key, pair] of pairs) this.#pairs.set(key, pair);
    this.shifts = shifts;
    this.#clocks = undefined;
  }

  #pair(from: number, to: number): HostPair | undefined {
    const key = keyOf(from, to);
    const known = this.#pairs.get(key);
    if (known !== undefined || this.#pairs.size >= this.#maxPairs) return known;
    const fresh: HostPair = {
      low: Math.min(from, to),
      high: Math.max(from, to),
      aheadUs: this.aheadUs(Math.min(from, to), Math.max(from, to)),
      usualUs: [0, 0],
      learning: [[], []],
      samples: [],
      refining: false,
      calls: 0,
    };
    this.#pairs.set(key, fresh);
    this.#clocks = undefined;
    return fresh;
  }

  #doubt(pair: HostPair, sample: Sample): boolean {
    if (pair.refining) pair.samples = [];
    pair.refining = false;
    const other = pair.samples[0];
    // Impossible one way and then the other is no step of a clock.
    if (other !== undefined && other.aheadUs > pair.aheadUs !== sample.aheadUs > pair.aheadUs)
      pair.samples = [];
    pair.samples.push(sample);
    if (pair.samples.length < BELIEVED) return false;
    this.shifts++;
    pair.refining = true;
    this.#move(pair, filtered(pair.samples));
    return true;
  }

  #refine(pair: HostPair, sample: Sample): void {
    pair.samples.push(sample);
    this.#move(pair, filtered(pair.samples));
    if (pair.samples.length < ENOUGH) return;
    pair.refining = false;
    pair.samples = [];
  }

  #move(pair: HostPair, aheadUs: number): void {
    if (Math.abs(aheadUs - pair.aheadUs) > NOTICED_US) this.#clocks = undefined;
    pair.aheadUs = aheadUs;
  }
}

/** Each host's clock along a spanning tree of the pairs that call each other most (Kruskal 1956). */
function clocksOf(
  pairs: readonly HostPair[],
): Map<number, { readonly group: number; readonly aheadUs: number }> {
  const clocks = new Map<number, { group: number; aheadUs: number }>();
  const members = new Map<number, number[]>();
  const clockOf = (host: number): { group: number; aheadUs: number } => {
    let clock = clocks.get(host);
    if (clock === undefined) {
      clocks.set(host, (clock = { group: host, aheadUs: 0 }));
      members.set(host, [host]);
    }
    return clock;
  };
  for (const { low, high, aheadUs } of pairs.toSorted((x, y) => y.calls - x.calls)) {
    const [a, b] = [clockOf(low), clockOf(high)];
    if (a.group === b.group) continue;
    // The smaller group moves so that the pair's offset holds.
    const [stay, move, byUs] =
      (members.get(a.group)?.length ?? 0) >= (members.get(b.group)?.length ?? 0)
        ? [a.group, b.group, a.aheadUs + aheadUs - b.aheadUs]
        : [b.group, a.group, b.aheadUs - aheadUs - a.aheadUs];
    for (const host of members.get(move) ?? []) {
      const clock = clockOf(host);
      clock.group = stay;
      clock.aheadUs += byUs;
      members.get(stay)?.push(host);
    }
    members.delete(move);
  }
  return clocks;
}

function learnUsual(pair: HostPair, direction: 0 | 1, sample: Sample): void {
  const learning = pair.learning[direction];
  if (learning === undefined) return;
  learning.push(sample);
  pair.usualUs[direction] = filtered(learning);
  if (learning.length >= ENOUGH) pair.learning[direction] = undefined;
}

/** The median of the half with the least time on the network: what waited least says most about the clocks. */
function filtered(samples: readonly Sample[]): number {
  const quick = samples.toSorted((x, y) => x.sumUs - y.sumUs).slice(0, Math.ceil(samples.length / 2));
  const ahead = quick.map((sample) => sample.aheadUs).sort((x, y) => x - y);
  const middle = ahead.length >> 1;
  return ahead.length % 2 === 1 ? ahead[middle] : (ahead[middle - 1] + ahead[middle]) / 2;
}

function keyOf(a: number, b: number): number {
  return Math.min(a, b) * 67_108_864 + Math.max(a, b);
}
