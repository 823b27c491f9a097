import { Draws } from '../distribution.ts';

/** Choices of a growing topology: all from one seeded stream, in the order in which they are asked for. */
export class Chance {
  readonly draws: Draws;

  constructor(seed: number) {
    this.draws = new Draws(seed);
  }

  happens(probability: number): boolean {
    return this.draws.uniform() < probability;
  }

  /** A whole number in [least, most]. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.draws.uniform() * (most - least + 1));
  }

  /** Even in the log: half of the draws lie below the geometric mean. */
  between(least: number, most: number): number {
    return least * (most / least) ** this.draws.uniform();
  }

  /** Throws a RangeError when there is nothing to choose from. */
  of<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new RangeError('nothing to choose from');
    return choices[Math.floor(this.draws.uniform() * choices.length)];
  }
}
