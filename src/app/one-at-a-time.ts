import type { AcceptOutcome, Arrival, SpanSink } from '../domain/arrival.ts';
import { copySpan } from '../domain/copy-span.ts';
import { SpanBatch } from '../domain/span-batch.ts';
import type { Names } from '../domain/names.ts';
import type { Clock } from '../runtime/index.ts';

/** Soon enough for whoever waits, and nothing beside what decoding costs. */
const LOOK_AGAIN_MS = 20;

/** What a source gives, as a stream: the source waits while what it gave last was not asked for. */
export class OneAtATime implements SpanSink {
  readonly #batch: SpanBatch;
  readonly #clock: Clock;
  #full = false;
  /** Of the last arrival that was taken. */
  cursor: string | undefined;

  constructor(names: Names, clock: Clock) {
    this.#batch = new SpanBatch(names);
    this.#clock = clock;
  }

  accept({ batch, cursor }: Arrival): AcceptOutcome {
    if (this.#full) return { kind: 'busy', retryAfterMs: LOOK_AGAIN_MS };
    this.#batch.clear();
    for (let i = 0; i < batch.length; i++) copySpan(batch, i, this.#batch, this.#batch.push());
    this.#full = batch.length > 0;
    this.cursor = cursor ?? this.cursor;
    return { kind: 'ok' };
  }

  /** Batches, each borrowed until the next is asked for, until `isDone` by the cursor. */
  async *batches(
    isDone: (cursor: string | undefined) => boolean,
  ): AsyncGenerator<SpanBatch, void, undefined> {
    for (;;) {
      if (this.#full) {
        yield this.#batch;
        this.#full = false;
      } else if (isDone(this.cursor)) return;
      else await new Promise<void>((resolve) => void this.#clock.after(LOOK_AGAIN_MS, resolve));
    }
  }
}
