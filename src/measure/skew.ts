import type { Names } from '../domain/names.ts';
import { SpanFlag } from '../domain/span-batch.ts';
import type { ServiceIdentity } from '../domain/service-identity.ts';
import type { Trace } from '../domain/trace.ts';
import { widened } from '../domain/widened.ts';
import { ClockShifts, type ClockShiftsState } from './clock-shifts.ts';

/** Calls seen before a pair's offset is believed. */
const ENOUGH = 32;
/** From so many calls on a pair's offset is good enough to notice that a clock changed since. */
const SOME = 4;

/** One end of calls: an instance of a service, or the service when no instance is known (empty). */
export interface SkewEnd {
  readonly service: ServiceIdentity;
  readonly instance: string;
}

/** A settled offset, in words that leave the process: part of a model, because its baselines were learned with it. */
export interface SkewOffset {
  readonly caller: SkewEnd;
  readonly callee: SkewEnd;
  readonly offsetUs: number;
}

/**
 * Clock offset of pairs of hosts, from the calls between them: a call whose request or response side is negative by the
 * median shows that one clock is ahead. The offset that makes both medians equal is taken out (NTP's assumption that
 * both ways take the same time, RFC 5905 section 8), but no more than twice what is negative; pairs with two positive
 * medians are left alone. An offset moves
 * time between the two sides of a call, never its sum. It is fixed after the first calls, so that a fault's delay on
 * one side is not learned away; clocks that change later are followed by `shifts`, host by host.
 */
export class SkewEstimator {
  readonly #names: Names;
  readonly #pairs = new Map<number, Pair>();
  readonly #maxPairs: number;
  readonly shifts = new ClockShifts();
  /** Number of a host by its name, and by the slot of a node: services have slots of their own for one host. */
  readonly #hosts = new Map<string, number>();
  #hostOfSlot = new Int32Array(1024);

  constructor(names: Names, maxPairs = 100_000) {
    this.#names = names;
    this.#maxPairs = maxPairs;
  }

  /**
   * Microseconds to add to the request side and to take from the response side of the call whose server span is
   * `callee` (local index); NaN when the clocks have just changed, nobody knows how far, and the sides say nothing.
   */
  offsetUs(trace: Trace, callee: number, call: { requestUs: number; responseUs: number }): number {
    const caller = trace.parent[callee];
    const from = trace.instance[caller] || -trace.service[caller];
    const to = trace.instance[callee] || -trace.service[callee];
    const key = from * 2_097_152 + to;
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      if (this.#pairs.size >= this.#maxPairs) return 0;
      const ends = [
        trace.service[caller],
        trace.instance[caller],
        trace.service[callee],
        trace.instance[callee],
      ];
      pair = { ends, requests: [], responses: [], settled: false, offsetUs: 0 };
      this.#pairs.set(key, pair);
    }
    const fromHost = this.#hostOf(trace, caller);
    const toHost = this.#hostOf(trace, callee);
    // A call that was given up ended before its answer: no clock was ahead.
    const wasAnswered = (trace.flags[caller] & SpanFlag.Error) === 0 && call.requestUs + call.responseUs >= 0;
    if (
      (pair.settled || pair.requests.length >= SOME) &&
      wasAnswered &&
      !this.shifts.observe(fromHost, toHost, {
        requestUs: call.requestUs + pair.offsetUs,
        responseUs: call.responseUs - pair.offsetUs,
      })
    )
      return Number.NaN;
    const aheadUs = this.shifts.aheadUs(fromHost, toHost);
    if (!pair.settled && wasAnswered)
      this.#learn(pair, {
        requestUs: call.requestUs - aheadUs,
        responseUs: call.responseUs + aheadUs,
      });
    return pair.offsetUs - aheadUs;
  }

  /** The same for what lies in a queue on the way: only what the clocks have changed since. */
  shiftUs(trace: Trace, from: number, to: number): number {
    return -this.shifts.aroundUs(this.#hostOf(trace, from), this.#hostOf(trace, to));
  }

  /** The settled offsets that are not 0, in the order of first sight. */
  offsets(): SkewOffset[] {
    const end = (service: number, instance: number): SkewEnd => ({
      service: this.#names.serviceIdentity(service),
      instance: this.#names.slotName(instance),
    });
    return [...this.#pairs.values()]
      .filter(({ settled, offsetUs }) => settled && offsetUs !== 0)
      .map(({ ends: [from, fromInstance, to, toInstance], offsetUs }) => ({
        caller: end(from, fromInstance),
        callee: end(to, toInstance),
        offsetUs,
      }));
  }

  /** Takes over the offsets of a model: they are settled. */
  adopt(offsets: readonly SkewOffset[]): void {
    for (const { caller, callee, offsetUs } of offsets) {
      const from = this.#names.service(caller.service);
      const fromInstance = this.#names.slot('instance', from, caller.instance);
      const to = this.#names.service(callee.service);
      const toInstance = this.#names.slot('instance', to, callee.instance);
      const key = (fromInstance || -from) * 2_097_152 + (toInstance || -to);
      const ends = [from, fromInstance, to, toInstance];
      this.#pairs.set(key, { ends, requests: [], responses: [], settled: true, offsetUs });
    }
  }

  snapshot(): SkewState {
    return { pairs: this.#pairs, hosts: [...this.#hosts.keys()], shifts: this.shifts.snapshot() };
  }

  restore({ pairs, hosts, shifts }: SkewState): void {
    this.#pairs.clear();
    for (const [key, pair] of pairs) this.#pairs.set(key, pair);
    this.#hosts.clear();
    this.#hostOfSlot.fill(0);
    for (const host of hosts ?? []) this.#hosts.set(host, this.#hosts.size + 1);
    if (shifts !== undefined) this.shifts.restore(shifts);
  }

  /** The host whose clock a span was taken by: the instance, or the service, where no host is known. */
  #hostOf(trace: Trace, span: number): number {
    const slot = trace.node[span];
    if (slot === 0) {
      const instance = trace.instance[span];
      return instance === 0 ? trace.service[span] * 3 + 2 : instance * 3 + 1;
    }
    if (slot >= this.#hostOfSlot.length) {
      this.#hostOfSlot = widened(this.#hostOfSlot, slot * 2);
    }
    return (this.#hostOfSlot[slot] ||= this.#number(this.#names.slotName(slot))) * 3;
  }

  #number(host: string): number {
    let number = this.#hosts.get(host);
    if (number === undefined) this.#hosts.set(host, (number = this.#hosts.size + 1));
    return number;
  }

  #learn(pair: Pair, { requestUs, responseUs }: { requestUs: number; responseUs: number }): void {
    pair.requests.push(requestUs);
    pair.responses.push(responseUs);
    pair.offsetUs = offsetOf(pair);
    if (pair.requests.length < ENOUGH) return;
    pair.settled = true;
    pair.requests.length = pair.responses.length = 0;
  }
}

export interface SkewState {
  readonly pairs: ReadonlyMap<number, Pair>;
  /** Absent in what was written before clocks were followed. */
  readonly hosts?: readonly string[];
  readonly shifts?: ClockShiftsState;
}

interface Pair {
  /** Caller service and instance, callee service and instance. */
  readonly ends: readonly number[];
  readonly requests: number[];
  readonly responses: number[];
  settled: boolean;
  offsetUs: number;
}

/** Half of the difference, but at most twice what is negative: a median just below zero is no reason for a large step. */
function offsetOf(pair: Pair): number {
  const request = median(pair.requests);
  const response = median(pair.responses);
  const negative = -Math.min(request, response);
  if (negative <= 0) return 0;
  const half = (response - request) / 2;
  return Math.sign(half) * Math.min(Math.abs(half), 2 * negative);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
