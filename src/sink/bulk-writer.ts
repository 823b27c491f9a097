import type { Client } from '@elastic/elasticsearch';
import { elasticsearchStatus } from '../runtime/elasticsearch.ts';
import type { JsonValue } from '../runtime/index.ts';
import { bulkLines, type SinkDocument } from './document.ts';

export interface Written {
  readonly written: number;
  /** There already, as a retry finds them, or a newer revision of the incident. */
  readonly present: number;
  /** Never to be taken, and why. */
  readonly dead: readonly { readonly id: string; readonly reason: string }[];
  /** To be tried again, with the first reason: the server is busy, read-only, or lets us in no more. */
  readonly again: readonly SinkDocument[];
  readonly reason?: string;
}

interface Item {
  readonly status?: number;
  readonly error?: { readonly type?: string; readonly reason?: string };
}

/** What is wrong with the document itself; all else may pass: too busy, read-only, a missing right or index. */
const THEIR_OWN_FAULT: ReadonlySet<number> = new Set([400, 413]);
/** Only what is read of the answer (reference, "Response filtering"). */
const FILTER = 'filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason';

/**
 * Writes documents by the bulk API in bodies of at most `maxBytes`; one that the server calls too large (413) is halved
 * until it passes, or is a single document, which is dead then. Rejects when a whole request fails otherwise: nothing of
 * that request is known, and all may be sent again, since ids make that harmless.
 */
export async function writeBulk(
  client: Client,
  documents: readonly SinkDocument[],
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal?: AbortSignal },
): Promise<Written> {
  const sum = {
    written: 0,
    present: 0,
    dead: [] as { id: string; reason: string }[],
    again: [] as SinkDocument[],
  };
  let reason: string | undefined;
  const queue = chunks(documents, maxBytes);
  for (let chunk = queue.shift(); chunk !== undefined; chunk = queue.shift()) {
    const items = await send(client, chunk, signal);
    if (items === 'too-large') {
      if (chunk.length === 1)
        sum.dead.push({ id: chunk[0].id, reason: 'HTTP 413: larger than the server takes' });
      else queue.unshift(chunk.slice(0, chunk.length >> 1), chunk.slice(chunk.length >> 1));
      continue;
    }
    chunk.forEach((document, i) => {
      const { status = 0, error } = items[i] ?? {};
      if (status >= 200 && status < 300) sum.written++;
      else if (status === 409) sum.present++;
      else if (THEIR_OWN_FAULT.has(status)) sum.dead.push({ id: document.id, reason: said(status, error) });
      else {
        sum.again.push(document);
        reason ??= said(status, error);
      }
    });
  }
  return reason === undefined ? sum : { ...sum, reason };
}

async function send(
  client: Client,
  documents: readonly SinkDocument[],
  signal?: AbortSignal,
): Promise<readonly Item[] | 'too-large'> {
  try {
    const answer = await client.transport.request<{ items?: readonly Record<string, Item>[] }>(
      {
        method: 'POST',
        path: '/_bulk',
        querystring: FILTER,
        bulkBody: documents.map(bulkLines).join(''),
      },
      signal === undefined ? {} : { signal },
    );
    return (answer.items ?? []).map((item) => Object.values(item)[0] ?? {});
  } catch (error) {
    if (elasticsearchStatus(error) === 413) return 'too-large';
    throw error;
  }
}

function chunks(documents: readonly SinkDocument[], maxBytes: number): SinkDocument[][] {
  const all: SinkDocument[][] = [];
  let bytes = 0;
  for (const document of documents) {
    const size = Buffer.byteLength(bulkLines(document));
    if (all.length === 0 || bytes + size > maxBytes) {
      all.push([]);
      bytes = 0;
    }
    all.at(-1)?.push(document);
    bytes += size;
  }
  return all;
}

/** The type, and for what is dead the server's reason without what was sent: it is cut. */
function said(status: number, error: Item['error']): string {
  const reason = error?.reason?.replace(/\s+/g, ' ').slice(0, 160);
  return `HTTP ${status}${error?.type === undefined ? '' : ` ${error.type}`}${reason === undefined ? '' : `: ${reason}`}`;
}

/** A JSON request; resolves to the answer, or undefined for a status in `fine`. */
export async function ask(
  client: Client,
  {
    method,
    path,
    body,
    fine = [],
  }: { method: string; path: string; body?: object; fine?: readonly number[] },
): Promise<JsonValue | undefined> {
  try {
    return await client.transport.request<JsonValue>({ method, path, ...(body && { body }) });
  } catch (error) {
    const status = elasticsearchStatus(error);
    if (status !== undefined && fine.includes(status)) return undefined;
    throw error;
  }
}
