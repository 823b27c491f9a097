/** Calls seen before a pair's offset is believed. */
const ENOUGH = 32;

/**
 * Clock offset of pairs of hosts, from the calls between them: a call whose request or response side is negative by the
 * median shows that one clock is ahead. The offset that makes both medians equal is taken out (NTP's assumption that
 * both ways take the same time, RFC 5905 section 8); pairs with two positive medians are left alone. An offset moves
 * time between the two sides of a call, never its sum. It is fixed after the first calls, so that a fault's delay on
 * one side is not learned away.
 */
export class SkewEstimator {
  readonly #pairs = new Map<number, Pair>();
  readonly #maxPairs: number;

  constructor(maxPairs = 100_000) {
    this.#maxPairs = maxPairs;
  }

  /**
   * Microseconds to add to the request side and to take from the response side of a call between `caller` and `callee`
   * (instance numbers, or service numbers below zero when no instance is known).
   */
  offsetUs(caller: number, callee: number, call: { requestUs: number; responseUs: number }): number {
    const key = caller * 2_097_152 + callee;
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      if (this.#pairs.size >= this.#maxPairs) return 0;
      pair = { requests: [], responses: [], offsetUs: 0 };
      this.#pairs.set(key, pair);
    }
    if (pair.requests.length < ENOUGH) {
      pair.requests.push(call.requestUs);
      pair.responses.push(call.responseUs);
      pair.offsetUs = offsetOf(pair);
    }
    return pair.offsetUs;
  }
}

interface Pair {
  readonly requests: number[];
  readonly responses: number[];
  offsetUs: number;
}

function offsetOf(pair: Pair): number {
  const request = median(pair.requests);
  const response = median(pair.responses);
  return request < 0 || response < 0 ? (response - request) / 2 : 0;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
