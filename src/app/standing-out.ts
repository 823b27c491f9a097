import type { Judgement, RecentWindows, ScaleJudgement } from '../detect/port.ts';
import { SCALE_WINDOWS, SCALES } from '../domain/scales.ts';
import { WINDOW_MS } from '../domain/summary.ts';
import { COLD, HOT } from '../locate/index.ts';

/** Windows judged one after the other in which a component stands out. */
interface Run {
  fromMs: number;
  /** End of the newest window judged, epoch ms. */
  toMs: number;
}

/** Since when components stand out, by what is judged anyway: the evidence of windows at every scale. */
export class StandingOut {
  readonly #runs = new Map<number, Run>();

  /** After each judgement; `recent` are the windows that it is of. */
  judged(judgement: Judgement, recent: RecentWindows): void {
    const loudest = new Map<number, { scale: ScaleJudgement; row: number }>();
    for (const scale of judgement.scales) {
      for (let row = 0; row < scale.length; row++) {
        if (scale.logBayes[row] < HOT) continue;
        const before = loudest.get(scale.component[row]);
        if (before === undefined || scale.logBayes[row] > before.scale.logBayes[before.row])
          loudest.set(scale.component[row], { scale, row });
      }
    }
    for (const [component, run] of this.#runs) {
      if (loudest.has(component)) run.toMs = judgement.toMs;
      else this.#runs.delete(component);
    }
    for (const [component, { scale, row }] of loudest) {
      if (this.#runs.has(component)) continue;
      const windows = SCALE_WINDOWS[scale.scale];
      const sign = scale.observed[row] >= scale.expected[row] ? 1 : -1;
      const stretch = recent.stretchOfExcess(component, windows, { level: scale.expected[row], sign });
      const fromMs = stretch?.[0] ?? judgement.toMs - windows * WINDOW_MS;
      this.#runs.set(component, { fromMs, toMs: judgement.toMs });
    }
  }

  /** Since when `component` stands out without a break up to the window judged last; undefined when it does not. */
  since(component: number): number | undefined {
    return this.#runs.get(component)?.fromMs;
  }
}

/** Whether the judgement has seen enough of `component` to call it as usual, at its longest scale. */
export function isAsUsual(judgement: Judgement, component: number): boolean {
  const longest = judgement.scales[SCALES - 1];
  const row = longest.component.subarray(0, longest.length).indexOf(component);
  return row >= 0 && longest.logBayes[row] <= COLD;
}
