import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { type ElasticsearchServer, startElasticsearch } from '../../../test/servers/rig/elasticsearch.ts';
import { type JaegerServer, startJaeger } from '../../../test/servers/rig/jaeger.ts';
import type { SourceInput } from './input.ts';
import { recordsOf } from './otlp-records.ts';
import type { Place } from './way.ts';

const POLL_MS = 500;
/** Jaeger writes what it has after a second. */
const STORED_WITHIN_MS = 120_000;

export interface StoredByJaeger {
  elasticsearch: ElasticsearchServer;
  readonly jaeger: JaegerServer;
}

/**
 * The real Jaeger over a real Elasticsearch, filled by OTLP: read by its query API, and from Elasticsearch as the documents
 * that Jaeger wrote.
 */
export const jaeger: Place = {
  name: 'Jaeger and Elasticsearch',
  keepsMicroseconds: true,
  open: async (input, folder) => {
    const { elasticsearch, jaeger: server } = await storeByJaeger(input, folder);
    // Sources ask by a span's start, and the input is known by ends.
    const startAt = new Date(input.fromMs - 600_000).toISOString();
    const stopAt = new Date(input.toMs + 1000).toISOString();
    const stretch = { startAt, stopAt, settleMs: 0, timeoutMs: 60_000 };
    return {
      ways: [
        { name: 'Jaeger Query', source: { type: 'jaeger-query', url: server.query, pauseMs: 0, ...stretch } },
        { name: 'Elasticsearch', source: { type: 'elasticsearch', url: elasticsearch.url, ...stretch } },
      ],
      close: async () => {
        await server.stop();
        await elasticsearch.stop();
      },
    };
  },
};

/** The input by OTLP into the real Jaeger over a real Elasticsearch; resolves when all of it can be read. */
export async function storeByJaeger(input: SourceInput, folder: string): Promise<StoredByJaeger> {
  const [es, own] = ['elasticsearch', 'jaeger'].map((name) => join(folder, name));
  for (const path of [es, own]) mkdirSync(path);
  const elasticsearch = await startElasticsearch({ folder: es });
  await createAliases(elasticsearch, own);
  // Room for all, so that nothing is dropped when its storage is slower than we send. Behind aliases it looks at what is
  // as old as a capture; of dated indices it names those of the last three days in its queries.
  const flags = ['--collector.queue-size=2000000', '--es.use-aliases=true'];
  const server = await startJaeger({ folder: own, elasticsearch: elasticsearch.url, flags });
  for await (const { bytes } of recordsOf(input.path)) {
    const answer = await request(`${server.otlpHttp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: bytes,
    });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`Jaeger answered ${answer.statusCode}`);
  }
  await untilStored(elasticsearch, input.spans);
  return { elasticsearch, jaeger: server };
}

/** As Jaeger's own rollover job makes them. The templates that the indices follow are written by a Jaeger that starts. */
async function createAliases({ url }: ElasticsearchServer, folder: string): Promise<void> {
  const first = await startJaeger({ folder, elasticsearch: url });
  await first.stop();
  for (const kind of ['span', 'service']) {
    const aliases = { [`jaeger-${kind}-read`]: {}, [`jaeger-${kind}-write`]: {} };
    const { statusCode, body } = await request(`${url}/jaeger-${kind}-000001`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ aliases }),
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`Elasticsearch answered ${statusCode}: ${text.slice(0, 300)}`);
  }
}

async function untilStored({ url }: ElasticsearchServer, spans: number): Promise<void> {
  let last = -1;
  for (let waitedMs = 0; waitedMs < STORED_WITHIN_MS; waitedMs += POLL_MS) {
    await (await request(`${url}/_refresh`, { method: 'POST' })).body.dump();
    const { body } = await request(`${url}/jaeger-span-*/_count?ignore_unavailable=true`);
    const { count = 0 } = (await body.json()) as { count?: number };
    if (count >= spans) return;
    if (count > last) waitedMs = 0;
    last = count;
    await pause(POLL_MS);
  }
  throw new Error(`Jaeger stored ${last} of ${spans} spans`);
}
