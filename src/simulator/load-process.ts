import type { Draws } from './distribution.ts';
import type { Plan } from './planned.ts';
import type { LoadSpec } from './topology.ts';

/** A system at rest is not infinitely fast. */
const LEAST_PRESSURE = 0.05;

/** How busy the whole is and how fast each part, second by second: AR(1) in the log, so that near seconds are alike. */
export class LoadProcess {
  /** Multiplies the arrival rate; its mean is 1 before the rhythm. */
  rate = 1;
  /** Multiplies the times of services, then peers. */
  readonly speed: Float64Array;
  readonly #plan: Plan;
  readonly #draws: Draws;
  readonly #startMs: number;
  readonly #logSpeed: Float64Array;
  #logRate: number;

  constructor(plan: Plan, draws: Draws, startMs: number) {
    this.#plan = plan;
    this.#draws = draws;
    this.#startMs = startMs;
    const { load } = plan.topology;
    this.#logRate = load.rateSigma * draws.normal();
    this.#logSpeed = Float64Array.from({ length: plan.speeds }, () => load.speedSigma * draws.normal());
    this.speed = new Float64Array(plan.speeds).fill(1);
  }

  /** Moves on by one second; `second` counts from the start. */
  step(second: number): void {
    const { load } = this.#plan.topology;
    this.#logRate = this.#next(this.#logRate, load.rateSigma, load.ratePersistence);
    this.rate =
      Math.exp(this.#logRate - load.rateSigma ** 2 / 2) * rhythmAt(load, this.#startMs + second * 1000);
    const pressed = Math.max(this.rate, LEAST_PRESSURE) ** load.coupling;
    for (let i = 0; i < this.speed.length; i++) {
      this.#logSpeed[i] = this.#next(this.#logSpeed[i], load.speedSigma, load.speedPersistence);
      this.speed[i] = Math.exp(this.#logSpeed[i]) * pressed;
    }
  }

  /** Keeps the standard deviation at `sigma` whatever the persistence. */
  #next(value: number, sigma: number, persistence: number): number {
    return persistence * value + sigma * Math.sqrt(1 - persistence ** 2) * this.#draws.normal();
  }
}

/** What the time of day and the day of the week multiply the rate by, at an epoch ms. */
export function rhythmAt({ rhythm, weekRhythm }: LoadSpec, epochMs: number): number {
  const hours = epochMs / 3_600_000;
  // 1970-01-01 was a Thursday.
  const day = weekRhythm?.[(Math.floor(hours / 24) + 4) % 7] ?? 1;
  if (rhythm === undefined) return day;
  const hour = Math.floor(hours) % 24;
  const into = hours - Math.floor(hours);
  return day * (rhythm[hour] * (1 - into) + rhythm[(hour + 1) % 24] * into);
}
