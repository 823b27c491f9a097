import type { SummaryBatch } from '../domain/summary.ts';
import { mergeSummaries } from './merge.ts';

/**
 * Summaries by (shard, window): a newer generation replaces the older one, an older one is refused, so that a replay
 * after a crash or a rebalance doubles nothing. A window leaves, merged, when every shard has sealed it.
 */
export class ShardWindows {
  readonly #shards: number;
  readonly #windows = new Map<number, Map<number, SummaryBatch>>();
  /** Start of the newest window that has left, ms: shards seal in order of time, what comes for it now is a replay. */
  #leftMs = Number.NEGATIVE_INFINITY;
  /** Summaries refused because a newer generation was there, or their window has left. */
  stale = 0;

  constructor(shards: number) {
    this.#shards = shards;
  }

  /** The merged window once all shards have sealed it, else undefined. */
  offer(batch: SummaryBatch): SummaryBatch | undefined {
    if (batch.windowStartMs <= this.#leftMs) {
      this.stale++;
      return undefined;
    }
    let window = this.#windows.get(batch.windowStartMs);
    if (window === undefined)
      this.#windows.set(batch.windowStartMs, (window = new Map<number, SummaryBatch>()));
    const known = window.get(batch.shard);
    if (known !== undefined && known.generation > batch.generation) {
      this.stale++;
      return undefined;
    }
    window.set(batch.shard, batch);
    const parts = [...window.values()];
    if (parts.length < this.#shards || !parts.every((part) => part.sealed)) return undefined;
    this.#leftMs = batch.windowStartMs;
    for (const startMs of this.#windows.keys()) if (startMs <= this.#leftMs) this.#windows.delete(startMs);
    return mergeSummaries(parts);
  }
}
