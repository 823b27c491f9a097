import type { Client } from '@elastic/elasticsearch';
import { elasticsearchStatus } from '../../runtime/elasticsearch.ts';
import type { JsonValue } from '../../runtime/index.ts';

/** Places of one index of the log: a few MB, and whole indices are what is deleted. */
const PLACES_AN_INDEX = 10_000;
/** Read at once when catching up. */
const PAGE = 200;

export interface LogEntry {
  readonly place: number;
  /** Of the operation; what it says is in `text`. */
  readonly id: string;
  readonly text: string;
}

export type AppendedTo = 'written' | 'taken' | 'no-index';

/**
 * Operations in one order, each a document whose id is its place: writing it is an optimistic lock, since a place is
 * created once (`_create`, Elasticsearch reference, "Optimistic concurrency control"), and reading by id is realtime, so
 * nothing waits for a refresh. Indices of the log are written through an alias of theirs (`require_alias`), so that one
 * which was deleted is not made anew by whoever is far behind.
 */
export class OperationLog {
  readonly #client: Client;
  readonly #prefix: string;
  readonly #placesAnIndex: number;

  constructor(client: Client, prefix: string, placesAnIndex = PLACES_AN_INDEX) {
    this.#client = client;
    this.#prefix = prefix;
    this.#placesAnIndex = placesAnIndex;
  }

  /** Never overwrites; rejects when it cannot be known whether it was written: then `read` says. */
  async append({ place, id, text }: LogEntry): Promise<AppendedTo> {
    try {
      await this.#client.transport.request({
        method: 'PUT',
        path: `/${this.#alias(place)}/_create/${place}`,
        querystring: 'require_alias=true',
        body: { place, id, text },
      });
      return 'written';
    } catch (error) {
      const status = elasticsearchStatus(error);
      if (status === 409) return 'taken';
      if (status === 404) return 'no-index';
      throw error;
    }
  }

  /** Entries from `place` on as far as they go without a hole, at most a page; undefined when their index is not there. */
  async read(place: number): Promise<readonly LogEntry[] | undefined> {
    const end = Math.min(place + PAGE, (this.#indexOf(place) + 1) * this.#placesAnIndex);
    const ids = Array.from({ length: end - place }, (_, i) => String(place + i));
    const answer = await this.#client.transport.request<{
      docs: readonly { found?: boolean; error?: JsonValue; _source?: LogEntry }[];
    }>({ method: 'POST', path: `/${this.#alias(place)}/_mget`, body: { ids } });
    if (answer.docs.at(0)?.error !== undefined) return undefined;
    const entries: LogEntry[] = [];
    for (const { found, _source } of answer.docs) {
      if (found !== true || _source === undefined) break;
      entries.push(_source);
    }
    return entries;
  }

  /** Makes the index of `place`, unless it is there. */
  async makeIndex(place: number): Promise<void> {
    await makeIndex(this.#client, `${this.#alias(place)}-1`, {
      aliases: { [this.#alias(place)]: { is_write_index: true } },
    });
  }

  /** Deletes the indices all of whose places are before `place`. Resolves to how many. */
  async deleteBefore(place: number): Promise<number> {
    let deleted = 0;
    for (let index = this.#indexOf(place) - 1; index >= 0; index--) {
      const name = `${this.#alias(index * this.#placesAnIndex)}-1`;
      if (!(await deleteIndex(this.#client, name))) break;
      deleted++;
    }
    return deleted;
  }

  #indexOf(place: number): number {
    return Math.floor(place / this.#placesAnIndex);
  }

  #alias(place: number): string {
    return `${this.#prefix}-store-log-${String(this.#indexOf(place)).padStart(6, '0')}`;
  }
}

/** One shard, so that places are in one order; nothing of it is searched. */
export async function makeIndex(client: Client, name: string, more: object = {}): Promise<void> {
  try {
    await client.transport.request({
      method: 'PUT',
      path: `/${name}`,
      body: {
        settings: { index: { number_of_shards: 1, auto_expand_replicas: '0-1', hidden: true } },
        mappings: { dynamic: false, _meta: { managed_by: 'spanwatch' } },
        ...more,
      },
    });
  } catch (error) {
    // Another was first.
    if (!/resource_already_exists/.test(String(error instanceof Error ? error.message : ''))) throw error;
  }
}

/** Whether it was there. */
export async function deleteIndex(client: Client, name: string): Promise<boolean> {
  try {
    await client.transport.request({ method: 'DELETE', path: `/${name}` });
    return true;
  } catch (error) {
    if (elasticsearchStatus(error) === 404) return false;
    throw error;
  }
}
