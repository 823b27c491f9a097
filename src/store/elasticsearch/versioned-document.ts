import type { Client } from '@elastic/elasticsearch';
import { elasticsearchStatus } from '../../runtime/elasticsearch.ts';

/** A document, and which of its writings this is. */
export interface Versioned<T> {
  readonly value: T;
  readonly seqNo: number;
  readonly primaryTerm: number;
}

/**
 * A document of `index` that several write: by compare and swap (`if_seq_no`, `if_primary_term`; Elasticsearch
 * reference, "Optimistic concurrency control"). Reading by id is realtime.
 */
export async function readVersioned<T>(
  client: Client,
  index: string,
  id: string,
): Promise<Versioned<T> | undefined> {
  try {
    const answer = await client.transport.request<{ _source: T; _seq_no: number; _primary_term: number }>({
      method: 'GET',
      path: `/${index}/_doc/${encodeURIComponent(id)}`,
    });
    return { value: answer._source, seqNo: answer._seq_no, primaryTerm: answer._primary_term };
  } catch (error) {
    if (elasticsearchStatus(error) === 404) return undefined;
    throw error;
  }
}

/** Writes it if it is still as `before` has it (undefined: not there); false when another was first. */
export async function writeVersioned<T extends object>(
  client: Client,
  {
    index,
    id,
    before,
  }: { readonly index: string; readonly id: string; readonly before: Versioned<T> | undefined },
  value: T,
): Promise<boolean> {
  const path = `/${index}/${before === undefined ? '_create' : '_doc'}/${encodeURIComponent(id)}`;
  const querystring =
    before === undefined ? {} : { if_seq_no: before.seqNo, if_primary_term: before.primaryTerm };
  try {
    await client.transport.request({ method: 'PUT', path, querystring, body: value });
    return true;
  } catch (error) {
    if (elasticsearchStatus(error) === 409) return false;
    throw error;
  }
}
