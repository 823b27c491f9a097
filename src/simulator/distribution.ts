import { createRandom, type Random } from '../runtime/index.ts';

/** Times in microseconds. `sigma` is the standard deviation of the natural log. */
export type Distribution =
  | { readonly kind: 'constant'; readonly us: number }
  | { readonly kind: 'log-normal'; readonly medianUs: number; readonly sigma: number }
  /** Log-normal with a Pareto tail: a share `tailRatio` of the draws is multiplied by a Pareto(1, tailAlpha). */
  | {
      readonly kind: 'heavy';
      readonly medianUs: number;
      readonly sigma: number;
      readonly tailRatio: number;
      readonly tailAlpha: number;
      /** The multiplier never exceeds this: a Pareto has no bound of its own, real systems have timeouts. */
      readonly tailCap: number;
    }
  | {
      readonly kind: 'either';
      readonly ratio: number;
      readonly first: Distribution;
      readonly second: Distribution;
    };

export function constantMs(ms: number): Distribution {
  return { kind: 'constant', us: ms * 1000 };
}

export function logNormalMs(medianMs: number, sigma = 0.35): Distribution {
  return { kind: 'log-normal', medianUs: medianMs * 1000, sigma };
}

/** One draw in a hundred is stretched, by 1.0 to 20 times with a tail of index 1.5: a pause, a lock, a cold page. */
export function heavyMs(medianMs: number, sigma = 0.35): Distribution {
  return {
    kind: 'heavy',
    medianUs: medianMs * 1000,
    sigma,
    tailRatio: 0.01,
    tailAlpha: 1.5,
    tailCap: 20,
  };
}

/** A seeded stream of draws. Not shared between traces: a fault in one trace leaves the next one's draws as they were. */
export class Draws {
  readonly uniform: Random;
  #spare = Number.NaN;

  constructor(seed: number) {
    this.uniform = createRandom(seed);
  }

  /** Standard normal by the polar method (Marsaglia and Bray 1964). */
  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const spare = this.#spare;
      this.#spare = Number.NaN;
      return spare;
    }
    let u = 0;
    let v = 0;
    let s = 0;
    do {
      u = 2 * this.uniform() - 1;
      v = 2 * this.uniform() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const scale = Math.sqrt((-2 * Math.log(s)) / s);
    this.#spare = v * scale;
    return u * scale;
  }

  /** 32 random bits as an int32. */
  word(): number {
    return (this.uniform() * 4294967296) | 0;
  }

  /** Poisson count: Knuth's product below 30, the rounded normal above (its error there is under the noise). */
  poisson(mean: number): number {
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.uniform(); product > limit; product *= this.uniform()) count++;
    return count;
  }

  /** Microseconds. */
  time(from: Distribution): number {
    switch (from.kind) {
      case 'constant':
        return from.us;
      case 'log-normal':
        return from.medianUs * Math.exp(from.sigma * this.normal());
      case 'heavy': {
        const body = from.medianUs * Math.exp(from.sigma * this.normal());
        if (this.uniform() >= from.tailRatio) return body;
        return body * Math.min(from.tailCap, (1 - this.uniform()) ** (-1 / from.tailAlpha));
      }
      case 'either':
        return this.time(this.uniform() < from.ratio ? from.first : from.second);
    }
  }
}

/** Mixes two 32-bit numbers to a seed (the finaliser of MurmurHash3, Appleby). */
export function mixSeed(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ b;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
