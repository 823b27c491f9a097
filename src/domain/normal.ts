/** Upper tail of the standard normal law: erfc by Numerical Recipes' Chebyshev fit (relative error below 1.2e-7). */
export function normalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const polynomial =
    -x * x -
    1.26551223 +
    t *
      (1.00002368 +
        t *
          (0.37409196 +
            t *
              (0.09678418 +
                t *
                  (-0.18628806 +
                    t *
                      (0.27886807 +
                        t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  const tail = (t * Math.exp(polynomial)) / 2;
  return z >= 0 ? tail : 1 - tail;
}

/** The z whose upper tail is exp(`logTail`), for logTail < ln(1/2); asymptotic start, Newton steps on the log tail. */
export function zOfLogTail(logTail: number): number {
  if (logTail >= -0.6932) return 0;
  let z = Math.sqrt(-2 * logTail);
  for (let i = 0; i < 4; i++) {
    const log = logNormalTail(z);
    // The slope of the log tail is the hazard, density over tail.
    const slope = -Math.exp(-(z * z) / 2 - log) / Math.sqrt(2 * Math.PI);
    z = Math.max(0, z - (log - logTail) / slope);
  }
  return z;
}

/** ln of the upper tail; beyond z = 10 by the asymptotic series (Abramowitz and Stegun 26.2.12). */
export function logNormalTail(z: number): number {
  if (z < 10) return Math.log(normalTail(z));
  return -(z * z) / 2 - Math.log(z * Math.sqrt(2 * Math.PI)) + Math.log1p(-1 / (z * z) + 3 / z ** 4);
}
