import { CommitLedger } from './commit-ledger.ts';
import { type Partition, partitionKey } from './consumer-port.ts';
import { Positions } from './positions.ts';

type NextOffset = Partition & { readonly offset: number };

/** How far a source is: what it read, what of it is in a cursor that was handed over, and what may be said to the group. */
export class Progress {
  readonly positions: Positions;
  readonly #ledger = new CommitLedger();
  /** Read, and in no cursor yet. */
  readonly #read = new Map<string, NextOffset>();
  /** In the cursor that is being handed over. */
  readonly #given = new Map<string, NextOffset>();

  constructor(cursor: string | undefined) {
    this.positions = Positions.of(cursor);
  }

  /** Whether something was read that was not handed over. */
  get isAhead(): boolean {
    return this.#read.size > 0 || this.#given.size > 0;
  }

  /** All before `offset` was read, and its spans are handed over next. */
  read(of: Partition, offset: number): void {
    this.#read.set(partitionKey(of), { topic: of.topic, partition: of.partition, offset });
  }

  /** The position of what is handed over now. */
  toCursor(): string {
    this.settle();
    return this.positions.toCursor();
  }

  /** What the cursor stood for was taken; its latest span ends then, epoch microseconds. */
  handedOver(latestEndUs: number): void {
    for (const each of this.#given.values())
      // Else the partition came back meanwhile, from a member that was further.
      if (this.positions.next(each) === each.offset) this.#ledger.taken(each, each.offset, latestEndUs);
    this.#given.clear();
  }

  /** What was read is not read again, though it waits to be handed over. Called while nothing more is read. */
  settle(): void {
    for (const [key, each] of this.#read) {
      this.positions.set(each, each.offset);
      this.#given.set(key, each);
    }
    this.#read.clear();
  }

  /** These partitions and no others are ours. */
  assigned(partitions: readonly Partition[]): void {
    this.positions.assigned(partitions);
    this.#ledger.keepOnly(partitions);
  }

  /** Reading begins there; `isSettled`: nothing before it waits to be judged. */
  beginAt(partition: Partition, offset: number, isSettled: boolean): void {
    this.positions.set(partition, offset);
    if (isSettled) this.#ledger.taken(partition, offset, Number.NEGATIVE_INFINITY);
  }

  /** What may be committed now and was not yet. */
  due(sealedThroughUs: number): readonly NextOffset[] {
    return this.#ledger.due(sealedThroughUs);
  }

  committed(offsets: readonly NextOffset[]): void {
    this.#ledger.done(offsets);
  }
}
