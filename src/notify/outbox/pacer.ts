import type { Pace } from '../port.ts';

const MINUTE_MS = 60_000;

/**
 * A token bucket as a virtual schedule (GCRA, ITU-T I.371): `burst` at once, then one each interval. The interval is
 * such that no minute ever holds more than `perMinute`, the burst included: some vendors mute who exceeds it once.
 */
export class Pacer {
  readonly #intervalMs: number;
  readonly #burst: number;
  #fullAt = 0;

  constructor(pace: Pace | undefined) {
    this.#burst = Math.max(1, Math.min(pace?.burst ?? 1, pace?.perMinute ?? 1));
    this.#intervalMs = pace === undefined ? 0 : MINUTE_MS / (pace.perMinute - this.#burst + 1);
  }

  /** When the bucket is full again, epoch ms. */
  get fullAt(): number {
    return this.#fullAt;
  }

  /** The earliest time at which one more may go. */
  readyAt(): number {
    return Math.ceil(this.#fullAt - (this.#burst - 1) * this.#intervalMs);
  }

  take(nowMs: number): void {
    this.#fullAt = this.fullAfter(nowMs);
  }

  /** `fullAt` if one more went now. */
  fullAfter(nowMs: number): number {
    return Math.max(this.#fullAt, nowMs) + this.#intervalMs;
  }

  /** What a process before this one left. An empty bucket is the most: its clock may have been ahead. */
  restore(fullAt: number, nowMs: number): void {
    this.#fullAt = Math.max(this.#fullAt, Math.min(fullAt, nowMs + this.#burst * this.#intervalMs));
  }
}
