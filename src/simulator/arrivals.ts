import type { Draws } from './distribution.ts';
import type { Effects } from './effects.ts';
import type { Plan, PlannedEntry } from './planned.ts';

/** How many traces of each entry start in a second. */
export class Arrivals {
  readonly #perSecond: number;
  readonly #shares: number;
  readonly #startSecond: number;

  /** `perSecond` is the mean over all entries that have a share; `startMs` the epoch ms of second 0. */
  constructor(plan: Plan, perSecond: number, startMs: number) {
    this.#perSecond = perSecond;
    this.#shares = plan.entries.reduce((sum, entry) => sum + entry.share, 0);
    this.#startSecond = Math.floor(startMs / 1000);
  }

  /** Poisson, but exact where a script says so; `load` is the load process's rate. */
  count(entry: PlannedEntry, { second, load, effects, draws }: Moment): number {
    const exact = effects.changes.requests.get(entry.operation.name);
    if (exact !== undefined) return Math.floor((second + 1) * exact) - Math.floor(second * exact);
    return draws.poisson(this.#rate(entry, second, load) * factorOf(entry, effects));
  }

  /** How many start in a second without a rhythm, a script or a schedule. */
  meanPerSecond({ share, perMinute }: PlannedEntry): number {
    return (this.#shares === 0 ? 0 : (this.#perSecond * share) / this.#shares) + perMinute / 60;
  }

  #rate({ share, perMinute, schedule }: PlannedEntry, second: number, load: number): number {
    const shared = this.#shares === 0 ? 0 : (this.#perSecond * load * share) / this.#shares;
    if (schedule === undefined) return shared + perMinute / 60;
    const { everySeconds, atSecond, forSeconds, perSecond } = schedule;
    const into = (((this.#startSecond + second - atSecond) % everySeconds) + everySeconds) % everySeconds;
    return shared + (into < forSeconds ? perSecond : 0);
  }
}

export interface Moment {
  readonly second: number;
  readonly load: number;
  readonly effects: Effects;
  readonly draws: Draws;
}

function factorOf({ operation }: PlannedEntry, { traffic, entryTraffic }: Effects): number {
  return traffic * (entryTraffic.get(operation.name) ?? 1);
}
