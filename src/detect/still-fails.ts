import { LEAST_ERROR_RATIO } from './effect.ts';

/** The excess asked for at the least, as of failures that add up: half as much again as what somebody notices. */
const EXCESS = 1.5 * LEAST_ERROR_RATIO;
/** A part that was never seen while learning is not impossible. */
const LEAST_RATIO = 1e-4;
/** How often the fault's own part is estimated again from where it ended. */
const PASSES = 3;

/**
 * How many of the newest windows are as learned again: the number that makes the windows most probable, when those before fail
 * with the part p1 of the fault and those after with the learned part p0 (a change point by maximum likelihood, Hinkley, Biometrika
 * 1970), by Poisson's law:
 *
 *     the end lies where  sum over the windows up to it of [ k ln(p1 / p0) - n (p1 - p0) ]  is largest
 *
 * A window says by its own traces how well it tells the two apart: where some requests always fail, one failure more in one of them is
 * no fault that goes on. `windows` newest first, with k failures (`sum`) of n traces (`count`), zeros for those without any;
 * `hot` are those that show the fault clearest. All of them when nothing of it is to be seen.
 */
export function endedWindows(
  windows: readonly { readonly count: number; readonly sum: number }[],
  level: number,
  hot: (window: number) => boolean,
): number {
  const usual = Math.max(level, LEAST_RATIO);
  let part = ratioOf(windows.filter((_, i) => hot(i)));
  let ended = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    const p = Math.max(part, usual + EXCESS);
    ended = windows.length;
    let log = 0;
    let most = 0;
    for (let i = windows.length - 1; i >= 0; i--) {
      log += windows[i].sum * Math.log(p / usual) - windows[i].count * (p - usual);
      if (log <= most) continue;
      most = log;
      ended = i;
    }
    part = ratioOf(windows.slice(ended));
  }
  return ended;
}

function ratioOf(windows: readonly { readonly count: number; readonly sum: number }[]): number {
  const count = windows.reduce((all, window) => all + window.count, 0);
  return count === 0 ? 0 : windows.reduce((all, window) => all + window.sum, 0) / count;
}
