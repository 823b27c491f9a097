/** The gaps between the moments at which something was heard of: their sums, and when it was heard last. Plain data. */
export interface Rhythm {
  gaps: number;
  totalMs: number;
  squares: number;
  lastMs: number;
  /** The end of the last gap: of what comes more than once a second, not all moments end one. */
  heardMs: number;
  /** A gap that people were told of, set aside: once is a fault, and twice is a habit. 0: none. */
  asideMs: number;
}

export interface PatienceOptions {
  /** False news that are accepted, a week, over everything that is watched. */
  readonly falsePerWeek: number;
  /** How many are watched. */
  readonly watched: number;
  readonly leastMs: number;
  /** Gaps and time that it takes to know a rhythm. */
  readonly minGaps: number;
  readonly minHistoryMs: number;
}

const WEEK_MS = 7 * 86_400_000;
/** Older than some two weeks, a rhythm is of another system: the sums are halved then. */
const HORIZON_MS = 2 * WEEK_MS;

export function newRhythm(nowMs: number): Rhythm {
  return { gaps: 0, totalMs: 0, squares: 0, lastMs: nowMs, heardMs: nowMs, asideMs: 0 };
}

/** Learns a gap. One that people were told of counts from its second time on. */
export function learnGap(rhythm: Rhythm, gapMs: number, told: boolean): void {
  if (told) {
    const before = rhythm.asideMs;
    rhythm.asideMs = before === 0 ? gapMs : 0;
    if (before === 0) return;
    add(rhythm, before);
  }
  add(rhythm, gapMs);
}

/**
 * How long a gap is plausible: gaps as of a Poisson process whose rate is known from n gaps of T in all, so that the next
 * one is beyond t with probability (T / (T + t))^n (the gamma-exponential's predictive distribution, Lomax 1954; Gelman
 * et al., Bayesian Data Analysis, 2.6), with n divided by the dispersion of the gaps (variance over squared mean, where
 * that is more than 1) as in quasi-likelihood (Wedderburn 1974). For many gaps this is mean * dispersion * ln(1/p); for
 * few it is far longer. p is such that `falsePerWeek` gaps are longer by chance. Infinity while the rhythm is unknown.
 */
export function patienceMs({ gaps, totalMs, squares }: Rhythm, options: PatienceOptions): number {
  if (gaps < options.minGaps || totalMs < options.minHistoryMs) return Number.POSITIVE_INFINITY;
  const mean = totalMs / gaps;
  const dispersion = Math.max(1, squares / gaps / mean ** 2 - 1);
  const p = Math.min(0.01, (options.falsePerWeek * mean) / (WEEK_MS * Math.max(1, options.watched)));
  return Math.max(options.leastMs, totalMs * (p ** (-dispersion / gaps) - 1));
}

function add(rhythm: Rhythm, gapMs: number): void {
  rhythm.gaps++;
  rhythm.totalMs += gapMs;
  rhythm.squares += gapMs ** 2;
  if (rhythm.totalMs <= HORIZON_MS) return;
  rhythm.gaps /= 2;
  rhythm.totalMs /= 2;
  rhythm.squares /= 2;
}

/** Older versions did not store where the last gap ended. */
export function restored(rhythm: Rhythm): Rhythm {
  return { ...rhythm, heardMs: (rhythm as Partial<Rhythm>).heardMs ?? rhythm.lastMs };
}

/** What usually speaks this much more often is missed: by chance one gap in twenty is longer (e^-3). */
const MEAN_GAPS = 3;

/** From which silence on nothing can be said: long before anyone is told, since holding an incident wakes nobody. */
export function holdAfterMs({ gaps, totalMs }: Rhythm, patience: number, latestMs: number): number {
  const rareMs = gaps === 0 ? 0 : (MEAN_GAPS * totalMs) / gaps;
  return Math.min(patience / 2, Math.max(latestMs, rareMs));
}
