import type { Baseline } from './baseline.ts';
import { type Moment, momentOf } from './season.ts';
import { moveSeason } from './season-level.ts';

/** Keeps the levels of those that have a season at the window that is judged: one value a component and window. */
export class SeasonClock {
  /** Components with a season. */
  #seasonal: number[] = [];
  #movedTo = Number.NaN;
  #asked = Number.NaN;
  #moment: Moment | undefined;

  /** These are the baselines from now on; those that are new move with the next window. */
  watch(baselines: readonly (Baseline | undefined)[]): void {
    this.#seasonal = baselines.flatMap((baseline, component) =>
      baseline?.season === undefined ? [] : [component],
    );
    this.#movedTo = Number.NaN;
  }

  moveTo(window: number, baselines: readonly (Baseline | undefined)[]): void {
    if (window === this.#movedTo) return;
    this.#movedTo = window;
    if (this.#seasonal.length === 0) return;
    const moment = momentOf(window);
    for (const component of this.#seasonal) {
      const baseline = baselines[component];
      if (baseline !== undefined) moveSeason(baseline, moment);
    }
  }

  /** That of a window, by number; the same one is worked out once. */
  momentOf(window: number): Moment {
    if (this.#moment === undefined || window !== this.#asked) this.#moment = momentOf(window);
    this.#asked = window;
    return this.#moment;
  }
}
