import { type SummaryBatch, WINDOW_MS } from '../domain/summary.ts';

/** What a baseline needs of a sealed window. */
export interface LearnedWindow {
  /** Start / WINDOW_MS. */
  readonly number: number;
  readonly component: Int32Array;
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly sumOfSquares: Float64Array;
}

/** Sealed windows wait here, in order, until they are `lagMs` old by the newest one. */
export class LagQueue {
  readonly #lagMs: number;
  readonly #onDue: (window: LearnedWindow) => void;
  #waiting: LearnedWindow[] = [];

  constructor(lagMs: number, onDue: (window: LearnedWindow) => void) {
    this.#lagMs = lagMs;
    this.#onDue = onDue;
  }

  snapshot(): readonly LearnedWindow[] {
    return this.#waiting;
  }

  restore(waiting: readonly LearnedWindow[]): void {
    this.#waiting = waiting.map(({ number, component, count, sum, sumOfSquares }) => ({
      number,
      component: component.slice(),
      count: count.slice(),
      sum: sum.slice(),
      sumOfSquares: sumOfSquares.slice(),
    }));
  }

  push(batch: SummaryBatch): void {
    const n = batch.length;
    this.#waiting.push({
      number: batch.windowStartMs / WINDOW_MS,
      component: batch.component.slice(0, n),
      count: batch.count.slice(0, n),
      sum: batch.sum.slice(0, n),
      sumOfSquares: batch.sumOfSquares.slice(0, n),
    });
    const dueBefore = (batch.windowStartMs - this.#lagMs) / WINDOW_MS;
    let due = 0;
    while (due < this.#waiting.length && this.#waiting[due].number < dueBefore)
      this.#onDue(this.#waiting[due++]);
    if (due > 0) this.#waiting = this.#waiting.slice(due);
  }
}
