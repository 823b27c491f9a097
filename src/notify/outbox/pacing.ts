import type { ChannelPace } from '../../store/port.ts';
import { MAX_RETRY_AFTER_MS } from '../http.ts';
import type { Pace } from '../port.ts';
import { Pacer } from './pacer.ts';

/** When a channel's next message may go: its documented pace, what its receiver asked for, the pauses while it is down. */
export class Pacing {
  readonly #pacer: Pacer;
  readonly #paced: boolean;
  #pausedUntil = 0;
  /** The part of the pause that its receiver asked for: it holds over a restart, our own guess does not. */
  #askedUntil = 0;

  constructor(pace: Pace | undefined) {
    this.#pacer = new Pacer(pace);
    this.#paced = pace !== undefined;
  }

  readyAt(unpaced: boolean): number {
    return unpaced ? this.#pausedUntil : Math.max(this.#pacer.readyAt(), this.#pausedUntil);
  }

  take(nowMs: number): void {
    this.#pacer.take(nowMs);
  }

  pause(nowMs: number, { ownMs, askedMs }: { readonly ownMs: number; readonly askedMs: number }): void {
    this.#askedUntil = Math.max(this.#askedUntil, nowMs + askedMs);
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#askedUntil, nowMs + ownMs);
  }

  /** Goes on where the process before was; no clock that was ahead makes it wait longer than a receiver could ask for. */
  restore({ fullAt, pausedUntil }: ChannelPace, nowMs: number): void {
    this.#pacer.restore(fullAt, nowMs);
    this.#askedUntil = Math.min(pausedUntil, nowMs + MAX_RETRY_AFTER_MS);
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#askedUntil);
  }

  /** What is to be kept; with `takenAt`, as it is after one more went then. Undefined where there is nothing to keep. */
  kept(takenAt?: number): ChannelPace | undefined {
    if (!this.#paced && this.#askedUntil === 0) return undefined;
    const fullAt = takenAt === undefined ? this.#pacer.fullAt : this.#pacer.fullAfter(takenAt);
    return { fullAt, pausedUntil: this.#askedUntil };
  }
}
