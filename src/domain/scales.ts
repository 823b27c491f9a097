/**
 * Windows are judged alone and in sums, because load is autocorrelated and a small change needs more traces: 10, 30, 60
 * and 120 s. The spread between windows is estimated for each apart.
 */
export const SCALE_WINDOWS = [1, 3, 6, 12] as const;
export const SCALES = SCALE_WINDOWS.length;
export const LONGEST_SCALE = SCALE_WINDOWS[SCALES - 1];
