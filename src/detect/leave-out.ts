import type { RingParts } from './window-ring.ts';

/** Least traces that make one window convincing by itself. */
export const LEAST_TRACES_ONE_WINDOW = 6;

/** What of the windows must not decide, and in which direction a change is asked for. */
export interface LeavingOut {
  readonly level: number;
  /** Fewer or less is what is looked for. */
  readonly down: boolean;
  /** Whether the window with the largest excess must not decide either. */
  readonly several: boolean;
  /**
   * Where each window holds enough to be convincing by itself, the largest excess counts as much as the second largest instead
   * of nothing: values that one window could not have caused are no less independent for standing beside it.
   */
  readonly capped?: boolean;
}

/**
 * The windows without what a single one could have caused: the excess of the worst window when there are several (left out, or
 * capped at that of the next), then the largest trace of the rest. Traces and the sum of their values.
 */
export function leaveOut(
  parts: RingParts,
  { level, down, several, capped = false }: LeavingOut,
): { count: number; sum: number } {
  const sign = down ? -1 : 1;
  let count = 0;
  let sum = 0;
  let worst = -1;
  let worstExcess = Number.NEGATIVE_INFINITY;
  let nextExcess = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < parts.length; i++) {
    count += parts.count[i];
    sum += parts.sum[i];
    if (!several) continue;
    const excess = sign * (parts.sum[i] - parts.count[i] * level);
    if (excess > worstExcess) {
      nextExcess = worstExcess;
      worst = i;
      worstExcess = excess;
    } else if (excess > nextExcess) nextExcess = excess;
  }
  if (worst >= 0) {
    if (capped && parts.length > 1 && count >= LEAST_TRACES_ONE_WINDOW * parts.length) {
      sum -= sign * (worstExcess - nextExcess);
    } else {
      count -= parts.count[worst];
      sum -= parts.sum[worst];
    }
  }
  if (count <= 0) return { count: 0, sum: 0 };
  // For missing calls the one trace left out is a trace without any.
  if (down) return { count: count - 1, sum };
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < parts.length; i++) if (i !== worst && parts.top[i] > top) top = parts.top[i];
  return { count: count - 1, sum: sum - top };
}
