import { randomUUID } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import { StoreError } from '../store-error.ts';
import { makeIndex } from './operation-log.ts';
import { deleteSnapshot, type SnapshotFacts, writeSnapshot } from './snapshots.ts';
import { readVersioned, type Versioned, writeVersioned } from './versioned-document.ts';

/** Of what is written; a higher one is of a newer Spanwatch. */
const FORMAT = 1;

interface HeadDocument {
  readonly format: number;
  /** Of this store: a file of another one is not taken for it. */
  readonly lineage: string;
  readonly snapshot?: SnapshotFacts;
}

export type Head = Versioned<HeadDocument>;

/** Where the store's log begins: one document, changed by compare and swap. */
export class Heads {
  readonly #client: Client;
  readonly #prefix: string;

  constructor(client: Client, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  async read(): Promise<Head | undefined> {
    const head = await readVersioned<HeadDocument>(this.#client, metaIndex(this.#prefix), 'head');
    if (head !== undefined && head.value.format > FORMAT)
      throw new StoreError(
        'newer',
        `${metaIndex(this.#prefix)} has format ${head.value.format}, this Spanwatch knows ${FORMAT}: upgrade this one, or choose another prefix`,
      );
    return head;
  }

  /** Makes the head, or finds that of whoever was first. */
  async begin(of: Omit<HeadDocument, 'format'>): Promise<Head> {
    const index = metaIndex(this.#prefix);
    await makeIndex(this.#client, index);
    const isOurs = await writeVersioned(
      this.#client,
      { index, id: 'head', before: undefined },
      { format: FORMAT, ...of },
    );
    if (!isOurs && of.snapshot !== undefined) await deleteSnapshot(this.#client, of.snapshot);
    const head = await this.read();
    if (head === undefined) throw new Error('the head of the store was deleted as soon as it was written');
    return head;
  }

  /** undefined when another moved it first; whose snapshot is not named any more is deleted. */
  async move(from: Head, to: HeadDocument): Promise<Head | undefined> {
    const index = metaIndex(this.#prefix);
    const moved = await writeVersioned(this.#client, { index, id: 'head', before: from }, to);
    const unused = moved ? from.value.snapshot : to.snapshot;
    if (unused !== undefined) await deleteSnapshot(this.#client, unused);
    return moved ? this.read() : undefined;
  }

  snapshot(place: number, bytes: Uint8Array): Promise<SnapshotFacts> {
    const name = `${String(place).padStart(12, '0')}-${randomUUID().slice(0, 8)}`;
    return writeSnapshot(this.#client, { prefix: this.#prefix, place, bytes, name });
  }
}

export function metaIndex(prefix: string): string {
  return `${prefix}-store-meta`;
}
