import type { RingParts } from './window-ring.ts';

/** Which part of the windows is left out, and in which direction a change is asked for. */
export interface LeavingOut {
  readonly level: number;
  /** Fewer or less is what is looked for. */
  readonly down: boolean;
  /** Whether the window with the largest excess is left out too. */
  readonly several: boolean;
}

/**
 * The windows without what a single one could have caused: the window with the largest excess when there are several,
 * then the largest trace of the rest. Traces and the sum of their values.
 */
export function leaveOut(
  parts: RingParts,
  { level, down, several }: LeavingOut,
): { count: number; sum: number } {
  const sign = down ? -1 : 1;
  let count = 0;
  let sum = 0;
  let worst = -1;
  let worstExcess = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < parts.length; i++) {
    count += parts.count[i];
    sum += parts.sum[i];
    const excess = sign * (parts.sum[i] - parts.count[i] * level);
    if (several && excess > worstExcess) {
      worst = i;
      worstExcess = excess;
    }
  }
  if (worst >= 0) {
    count -= parts.count[worst];
    sum -= parts.sum[worst];
  }
  if (count <= 0) return { count: 0, sum: 0 };
  // For missing calls the one trace left out is a trace without any.
  if (down) return { count: count - 1, sum };
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < parts.length; i++) if (i !== worst && parts.top[i] > top) top = parts.top[i];
  return { count: count - 1, sum: sum - top };
}
