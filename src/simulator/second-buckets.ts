import type { Names } from '../domain/names.ts';
import { SpanBatch } from '../domain/span-batch.ts';
import type { Draws } from './distribution.ts';
import { copySpan } from './span-draft.ts';

/** Spans that wait for the second in which they are handed over. */
export class SecondBuckets {
  readonly #names: Names;
  readonly #late: { readonly ratio: number; readonly maxSeconds: number } | undefined;
  readonly #draws: Draws;
  readonly #waiting = new Map<number, SpanBatch>();
  readonly #spare: SpanBatch[] = [];

  constructor(
    names: Names,
    late: { readonly ratio: number; readonly maxSeconds: number } | undefined,
    draws: Draws,
  ) {
    this.#names = names;
    this.#late = late;
    this.#draws = draws;
  }

  /** The batch for a span that ends in `second`; a later one when this span is late. */
  ending(second: number): SpanBatch {
    let due = second;
    if (this.#late !== undefined && this.#draws.uniform() < this.#late.ratio)
      due += 1 + Math.floor(this.#draws.uniform() * this.#late.maxSeconds);
    let bucket = this.#waiting.get(due);
    if (bucket === undefined) {
      bucket = this.#spare.pop() ?? new SpanBatch(this.#names);
      this.#waiting.set(due, bucket);
    }
    return bucket;
  }

  take(second: number, into: SpanBatch): void {
    const bucket = this.#waiting.get(second);
    if (bucket === undefined) return;
    for (let i = 0; i < bucket.length; i++) copySpan(bucket, i, into);
    this.drop(second);
  }

  drop(second: number): void {
    const bucket = this.#waiting.get(second);
    if (bucket === undefined) return;
    this.#waiting.delete(second);
    bucket.clear();
    this.#spare.push(bucket);
  }
}
