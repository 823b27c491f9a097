import { type Partition, partitionKey } from './consumer-port.ts';

interface Entry {
  readonly next: number;
  /** End of the latest span that it stands for, epoch microseconds; -Infinity when there was none. */
  readonly latestEndUs: number;
}

interface Line extends Partition {
  entries: Entry[];
  /** As far as said to the group. */
  committed: number;
}

/**
 * Which offsets may be committed: those before which everything is in windows that are sealed and judged. Until then a
 * restart that has lost its state reads them again.
 */
export class CommitLedger {
  readonly #lines = new Map<string, Line>();
  /** Undefined until it is said which are ours. */
  #ours: ReadonlySet<string> | undefined;

  /** Records of a partition up to before `next` were taken. Those of one that is not ours any more are not ours to say. */
  taken(partition: Partition, next: number, latestEndUs: number): void {
    const key = partitionKey(partition);
    if (this.#ours?.has(key) === false) return;
    let line = this.#lines.get(key);
    if (line === undefined) this.#lines.set(key, (line = { ...partition, entries: [], committed: -1 }));
    const last = line.entries.at(-1);
    // One that ends no later than the one before waits no longer: they go together.
    if (last !== undefined && latestEndUs <= last.latestEndUs)
      line.entries[line.entries.length - 1] = { next, latestEndUs: last.latestEndUs };
    else line.entries.push({ next, latestEndUs });
  }

  /** What may be committed now and was not yet. */
  due(sealedThroughUs: number): (Partition & { readonly offset: number })[] {
    const due: (Partition & { offset: number })[] = [];
    for (const line of this.#lines.values()) {
      const waiting = line.entries.findIndex(({ latestEndUs }) => latestEndUs > sealedThroughUs);
      const sealed = waiting < 0 ? line.entries.length : waiting;
      if (sealed === 0) continue;
      const { next } = line.entries[sealed - 1];
      if (next > line.committed) due.push({ topic: line.topic, partition: line.partition, offset: next });
      line.entries = line.entries.slice(sealed - 1);
    }
    return due;
  }

  done(committed: readonly (Partition & { readonly offset: number })[]): void {
    for (const each of committed) {
      const line = this.#lines.get(partitionKey(each));
      if (line !== undefined) line.committed = Math.max(line.committed, each.offset);
    }
  }

  /** Partitions that are another member's now: their offsets are no longer ours to say. */
  keepOnly(partitions: readonly Partition[]): void {
    const ours = (this.#ours = new Set(partitions.map(partitionKey)));
    for (const key of this.#lines.keys()) if (!ours.has(key)) this.#lines.delete(key);
  }
}
