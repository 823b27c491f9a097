import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Client } from '@elastic/elasticsearch';
import { StoreError } from '../store-error.ts';
import { deleteIndex, makeIndex } from './operation-log.ts';

/** What `head` says of a snapshot. */
export interface SnapshotFacts {
  /** The last operation that is in it. */
  readonly place: number;
  readonly index: string;
  readonly parts: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** Base64 of a part stays far below what proxies and Elasticsearch take. */
const PART_BYTES = 2 * 1024 * 1024;

/** Writes the bytes of a database as an index of its own; it counts once `head` names it. */
export async function writeSnapshot(
  client: Client,
  { prefix, place, bytes, name }: { prefix: string; place: number; bytes: Uint8Array; name: string },
): Promise<SnapshotFacts> {
  const index = `${prefix}-store-snapshot-${name}`;
  await makeIndex(client, index);
  const packed = gzipSync(bytes);
  const parts = Math.max(1, Math.ceil(packed.length / PART_BYTES));
  for (let part = 0; part < parts; part++) {
    const data = packed.subarray(part * PART_BYTES, (part + 1) * PART_BYTES).toString('base64');
    await client.transport.request({ method: 'PUT', path: `/${index}/_doc/${part}`, body: { data } });
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { place, index, parts, bytes: bytes.length, sha256 };
}

/** The bytes as they were written. Rejects with a `StoreError` when they are not. */
export async function readSnapshot(client: Client, facts: SnapshotFacts): Promise<Uint8Array> {
  const packed: Buffer[] = [];
  for (let part = 0; part < facts.parts; part++) {
    const answer = await client.transport.request<{ _source: { data: string } }>({
      method: 'GET',
      path: `/${facts.index}/_doc/${part}`,
    });
    packed.push(Buffer.from(answer._source.data, 'base64'));
  }
  const bytes = gunzipSync(Buffer.concat(packed));
  if (createHash('sha256').update(bytes).digest('hex') === facts.sha256) return bytes;
  throw new StoreError(
    'broken',
    `the snapshot ${facts.index} is not what was written: restore it from a backup`,
  );
}

export async function deleteSnapshot(client: Client, { index }: SnapshotFacts): Promise<void> {
  await deleteIndex(client, index);
}
