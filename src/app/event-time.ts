import type { Clock } from '../runtime/index.ts';

/** What moves: the flow. */
interface EventTime {
  readonly eventTimeUs: number;
  advanceTo(us: number): void;
}

/** No spans for this long: time moves on without them. Twice the batching interval of an OTel SDK. */
export const IDLE_MS = 10_000;
const TICK_MS = 1_000;
/** Between two ticks no more time counts as passed: what is over is a clock that was set, or a process that stood still. */
const MOST_TICK_MS = 2 * TICK_MS;

/**
 * Moves event time on with the wall clock while no spans come: keeping the distance that event time had to the clock
 * when the last ones came, so that a source that lags is not cut short. A clock that is set ahead moves nothing: spans are where they were. Under `--clock event` nothing does.
 */
export class EventTimeMover {
  readonly #clock: Clock;
  readonly #flow: EventTime;
  readonly #idleMs: number;
  /** Passed since the last arrival, as the ticks have it. */
  #idleForMs = 0;
  #tickedAtMs: number;
  #watermarkThenUs = 0;
  #cancel = (): void => undefined;

  /** `idleMs`: longer than `IDLE_MS` where spans come in rounds. */
  constructor(clock: Clock, flow: EventTime, idleMs = IDLE_MS) {
    this.#idleMs = idleMs;
    this.#clock = clock;
    this.#flow = flow;
    this.#tickedAtMs = clock.now();
  }

  arrived(): void {
    this.#idleForMs = 0;
    this.#tickedAtMs = this.#clock.now();
    this.#watermarkThenUs = this.#flow.eventTimeUs;
  }

  start(): Promise<void> {
    // What went on from a checkpoint has come as far as that, and waits from now on.
    this.arrived();
    const tick = (): void => {
      this.#move();
      this.#cancel = this.#clock.after(TICK_MS, tick);
    };
    this.#cancel = this.#clock.after(TICK_MS, tick);
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    this.#cancel();
    return Promise.resolve();
  }

  #move(): void {
    const nowMs = this.#clock.now();
    this.#idleForMs += Math.max(0, Math.min(MOST_TICK_MS, nowMs - this.#tickedAtMs));
    this.#tickedAtMs = nowMs;
    const idleMs = this.#idleForMs - this.#idleMs;
    if (idleMs <= 0 || this.#watermarkThenUs === 0) return;
    this.#flow.advanceTo(this.#watermarkThenUs + idleMs * 1000);
  }
}
