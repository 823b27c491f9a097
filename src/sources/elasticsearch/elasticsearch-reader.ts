import { type Client, errors } from '@elastic/elasticsearch';
import type { SpanBatch } from '../../domain/span-batch.ts';
import {
  elasticsearchClient,
  elasticsearchReason,
  elasticsearchVersion,
} from '../../runtime/elasticsearch.ts';
import type { JsonValue } from '../../runtime/index.ts';
import type { ReadSlice, Slice, SliceOutcome, SliceReader } from '../pulling/index.ts';
import { type ElasticsearchConfig, LAYOUTS } from './elasticsearch-config.ts';

/** One document to one span: appended, or why not. */
export interface DocumentReader {
  read(document: JsonValue | undefined, into: SpanBatch): string | undefined;
}

/** What one slice may bring together; more is read in halves. */
const MAX_SPANS = 500_000;
/** Between two pages of a slice; a slow page is one of ours, not theirs. */
const KEEP_ALIVE = '2m';

/**
 * Spans in Elasticsearch by their start: a point in time, so that what is written meanwhile neither shifts nor doubles
 * pages, and `search_after` in it (Elasticsearch reference, "Paginate search results"). Nothing is written, no script runs.
 */
export function createElasticsearchReader(
  config: ElasticsearchConfig,
  documents: DocumentReader,
): SliceReader {
  return new ElasticsearchReader(config, documents);
}

class ElasticsearchReader implements SliceReader {
  readonly #config: ElasticsearchConfig;
  readonly #documents: DocumentReader;
  readonly #client: Client;
  readonly #index: string;
  readonly #time: string;

  constructor(config: ElasticsearchConfig, documents: DocumentReader) {
    this.#config = config;
    this.#documents = documents;
    this.#client = elasticsearchClient(config);
    this.#index = config.index ?? LAYOUTS[config.layout].index;
    this.#time = LAYOUTS[config.layout].time;
  }

  async read(slice: Slice, into: SpanBatch, options: ReadSlice): Promise<SliceOutcome> {
    let pit: string | undefined;
    try {
      const index = this.#index.split(',');
      const opened = await this.#client.openPointInTime(
        { index, keep_alive: KEEP_ALIVE, ignore_unavailable: true },
        { signal: options.signal },
      );
      pit = opened.id;
      return await this.#pages(pit, slice, into, options);
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error) };
    } finally {
      // It would end by itself; what cannot be closed now does.
      if (pit !== undefined) await this.#client.closePointInTime({ id: pit }).catch(() => undefined);
    }
  }

  async describe(): Promise<{ readonly found: string; readonly problem?: string }> {
    const found = `Elasticsearch at ${this.#config.url ?? 'Elastic Cloud'}`;
    try {
      const version = await elasticsearchVersion(this.#client);
      const { count } = await this.#client.count({ index: this.#index.split(','), ignore_unavailable: true });
      const said = `${found}${version === undefined ? '' : ` ${version}`}, ${count} documents in ${this.#index}`;
      return count > 0
        ? { found: said }
        : { found: said, problem: 'there is none: is `index` or `layout` right?' };
    } catch (error) {
      return { found, problem: reasonOf(error) };
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #pages(
    pit: string,
    slice: Slice,
    into: SpanBatch,
    { signal, mayCut }: ReadSlice,
  ): Promise<SliceOutcome> {
    let rejected = 0;
    let after: unknown[] | undefined;
    for (;;) {
      const answer = await this.#client.search<JsonValue>(this.#search(pit, slice, after), { signal });
      // Some shards' spans would be missing, and nobody would know.
      if (answer._shards.failed > 0 || answer.timed_out)
        return { kind: 'failed', reason: `${answer._shards.failed} shards did not answer` };
      const { hits } = answer.hits;
      for (const { _source } of hits) if (this.#documents.read(_source, into) !== undefined) rejected++;
      if (hits.length < this.#config.pageSize) return { kind: 'ok', rejected, cut: false };
      if (into.length > MAX_SPANS) return mayCut ? { kind: 'ok', rejected, cut: true } : { kind: 'too-much' };
      after = hits.at(-1)?.sort;
      pit = answer.pit_id ?? pit;
    }
  }

  #search(id: string, { fromMs, toMs }: Slice, after: unknown[] | undefined): SearchRequest {
    const range = { range: { [this.#time]: { gte: fromMs, lt: toMs, format: 'epoch_millis' } } };
    const kinds = { terms: { 'processor.event': ['transaction', 'span'] } };
    return {
      pit: { id, keep_alive: KEEP_ALIVE },
      size: this.#config.pageSize,
      query: { bool: { filter: this.#config.layout === 'apm' ? [range, kinds] : [range] } },
      sort: [{ [this.#time]: 'asc' }, { _shard_doc: 'asc' }],
      track_total_hits: false,
      ...(after === undefined ? {} : { search_after: after as string[] }),
    };
  }
}

type SearchRequest = NonNullable<Parameters<Client['search']>[0]>;

/** One line: never the body, which may quote what was sent. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.ProductNotSupportedError)
    return 'what answers there is not Elasticsearch (OpenSearch is not supported: read what Jaeger keeps there by `jaeger-query`)';
  return elasticsearchReason(error, 'the privilege "read"');
}
