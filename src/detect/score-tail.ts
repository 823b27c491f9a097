/** Scores are kept as the largest of each such stretch: evidence of 120 s, and what it echoes, is one event. */
const BLOCK_MS = 300_000;
const BLOCKS_A_WEEK = (7 * 24 * 3_600_000) / BLOCK_MS;
/** Four weeks: as far back as a system is the same one. */
const MOST_BLOCKS = 4 * BLOCKS_A_WEEK;
/** Largest events that the tail is fitted to: enough for its slope to be known within a sixth. */
const TAIL_EVENTS = 40;
/** Scores below say more for calm than against it, and are no tail. */
export const LEAST_THRESHOLD = 0.5;
/** The theory's slope, 1, weighs as much as so many events. */
const PRIOR_EVENTS = 5;
const PRIOR_SLOPE = 1;
/**
 * After so much time what was learned weighs as much as the theory's cut: a week, as no day is like the others. Weights go
 * with the square of the time.
 */
const PRIOR_BLOCKS = BLOCKS_A_WEEK;
/** Twenty to one: less convincing evidence opens nothing, however large the budget. */
const LEAST_CUT = 3;
/** How far beyond the cut an opening counts at most: false ones hardly go further (e^-5 by theory), faults go anywhere. */
const MOST_BEYOND = 5;
/** The tail is fitted again after so many stretches: an hour. */
const REFIT_BLOCKS = 12;

/** Largest score of a stretch; below 0: that of an opening, negated. */
export interface ScoreTailState {
  readonly blocks: Float32Array;
  readonly block: number;
  readonly most: number;
}

/**
 * What scores this very system reaches while nothing is wrong, and so at which score it would open as often as the budget
 * allows: peaks over a threshold (Pickands 1975) with an exponential tail, whose slope is 1 by theory, ln B being what it is
 * (P(ln B > x) <= e^-x), and learned from the largest events, as many as the budget allows and at least forty. Stretches
 * over the threshold next to each other are one event (runs declustering, Leadbetter 1983).
 *
 * Nobody knows which openings were false. Each counts as an event, but at most five beyond the cut of its time, and of all
 * only twice as many as the budget allows: more than that cannot be chance, and a system that often breaks must not be cut beyond its
 * faults. What an incident covers after its opening does not count at all.
 */
export class ScoreTail {
  #blocks: number[] = [];
  /** Number of the stretch at hand; -1 before the first. */
  #block = -1;
  /** Largest score of the stretch at hand, negated by an opening; NaN while it is covered by an incident. */
  #most = 0;
  #fitted: Fit | undefined;

  /**
   * The largest score of a window that ends at `toMs`. `cut` is that in force when the window opens something; `covered`
   * when an incident is open.
   */
  observe(
    score: number,
    { toMs, cut, opened, covered }: { toMs: number; cut: number; opened: boolean; covered: boolean },
  ): void {
    const block = Math.floor((toMs - 1) / BLOCK_MS);
    if (block !== this.#block) {
      if (this.#block >= 0) this.#close(block);
      this.#block = block;
      this.#most = covered ? Number.NaN : 0;
    }
    const beyond = Math.min(score, cut + MOST_BEYOND);
    if (opened) this.#most = -beyond;
    else if (this.#most < 0) this.#most = Math.min(this.#most, -beyond);
    else if (!covered) this.#most = Math.max(this.#most, score);
  }

  /** The cut at which `perWeek` events a week open, and `theory`'s while little was seen. */
  cut(perWeek: number, theory: number): number {
    if (this.#fitted?.perWeek !== perWeek) this.#fitted = fit(this.#blocks, perWeek);
    const { seen, threshold, eventsPerWeek, slope } = this.#fitted;
    if (seen === 0) return Math.max(LEAST_CUT, theory);
    const learned = threshold + slope * Math.log(eventsPerWeek / perWeek);
    const weight = seen ** 2 / (seen ** 2 + PRIOR_BLOCKS ** 2);
    return Math.max(LEAST_CUT, weight * learned + (1 - weight) * theory);
  }

  snapshot(): ScoreTailState {
    return { blocks: Float32Array.from(this.#blocks), block: this.#block, most: this.#most };
  }

  restore({ blocks, block, most }: ScoreTailState): void {
    this.#blocks = [...blocks];
    this.#block = block;
    this.#most = most;
    this.#fitted = undefined;
  }

  #close(block: number): void {
    this.#blocks.push(this.#most);
    if (this.#blocks.length > MOST_BLOCKS) this.#blocks.splice(0, this.#blocks.length - MOST_BLOCKS);
    if (block % REFIT_BLOCKS === 0) this.#fitted = undefined;
  }
}

interface Fit {
  readonly perWeek: number;
  /** Blocks that count. */
  readonly seen: number;
  readonly threshold: number;
  readonly eventsPerWeek: number;
  readonly slope: number;
}

function fit(blocks: readonly number[], perWeek: number): Fit {
  const known = blocks.filter((most) => !Number.isNaN(most));
  const sorted = Float32Array.from(known, Math.abs).sort();
  const allowed = (perWeek * known.length) / BLOCKS_A_WEEK;
  const wanted = Math.ceil(Math.max(TAIL_EVENTS, allowed));
  const threshold = Math.max(LEAST_THRESHOLD, sorted.at(-1 - wanted) ?? LEAST_THRESHOLD);
  const events = eventsOver(blocks, threshold, 2 * allowed + 2);
  const excess = events.reduce((sum, most) => sum + most - threshold, 0);
  return {
    perWeek,
    seen: known.length,
    threshold,
    // Jeffreys' prior of a rate: none seen is not never.
    eventsPerWeek: ((events.length + 0.5) * BLOCKS_A_WEEK) / Math.max(1, known.length),
    slope: (excess + PRIOR_EVENTS * PRIOR_SLOPE) / (events.length + PRIOR_EVENTS),
  };
}

/** The largest score of each event over the threshold, newest first; of those that opened something `mostOpenings`. */
function eventsOver(blocks: readonly number[], threshold: number, mostOpenings: number): number[] {
  const events: number[] = [];
  let openings = 0;
  for (let i = blocks.length - 1; i >= 0; i--) {
    let most = Number.NEGATIVE_INFINITY;
    let opened = false;
    for (; i >= 0 && Math.abs(blocks[i]) > threshold; i--) {
      most = Math.max(most, Math.abs(blocks[i]));
      opened ||= blocks[i] < 0;
    }
    if (most > threshold && (!opened || openings++ < mostOpenings)) events.push(most);
  }
  return events;
}
