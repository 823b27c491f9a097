import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Names } from '../../../src/domain/names.ts';
import { SpanBatch } from '../../../src/domain/span-batch.ts';
import {
  createElasticsearchReader,
  type ElasticsearchConfig,
} from '../../../src/sources/elasticsearch/index.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/** Something at an address that answers like Elasticsearch, or like what is not. */
async function server(
  answer: (url: string) => readonly [status: number, body: object],
  { product = 'Elasticsearch', ...config }: Partial<ElasticsearchConfig> & { product?: string } = {},
) {
  const asked: Asked[] = [];
  const http = createServer((request: IncomingMessage, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { method, url, headers } = request;
      asked.push({
        method,
        url,
        authorization: headers.authorization,
        body: text === '' ? {} : JSON.parse(text),
      });
      const [status, body] = answer(url ?? '');
      const known = product === '' ? {} : { 'x-elastic-product': product };
      response.writeHead(status, { 'content-type': 'application/json', ...known }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const read: unknown[] = [];
  const reader = createElasticsearchReader(
    { name: 'es', url, layout: 'apm', pageSize: 2, timeoutMs: 20_000, ...config },
    {
      read: (document) => {
        read.push(document);
        return document === 'bad' ? 'bad' : undefined;
      },
    },
  );
  stops.push(
    () => reader.close(),
    () => new Promise((resolve) => http.close(resolve)),
  );
  const slice = { fromMs: 1000, toMs: 2000 };
  const options = { signal: new AbortController().signal, mayCut: false };
  return { asked, read, reader, slice: () => reader.read(slice, new SpanBatch(new Names()), options) };
}

const hit = (source: unknown, sort: number) => ({ _source: source, sort: [sort, sort] });
const page = (...hits: object[]) => ({ _shards: { failed: 0 }, timed_out: false, hits: { hits } });

it('pages through a point in time and closes it', async () => {
  const pages = [page(hit('a', 1), hit('bad', 2)), page(hit('b', 3))];
  const { asked, read, slice } = await server(
    (url) => [200, url.includes('_pit') ? { id: 'pit-1' } : (pages.shift() ?? page())],
    { apiKey: 'abc' },
  );
  expect(await slice()).toEqual({ kind: 'ok', rejected: 1, cut: false });
  expect(read).toEqual(['a', 'bad', 'b']);
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST /traces-apm*/_pit?keep_alive=2m&ignore_unavailable=true',
    'POST /_search',
    'POST /_search',
    'DELETE /_pit',
  ]);
  expect(asked[0].authorization).toBe('ApiKey abc');
  expect(asked[1].body).toEqual({
    pit: { id: 'pit-1', keep_alive: '2m' },
    size: 2,
    query: {
      bool: {
        filter: [
          { range: { '@timestamp': { gte: 1000, lt: 2000, format: 'epoch_millis' } } },
          { terms: { 'processor.event': ['transaction', 'span'] } },
        ],
      },
    },
    sort: [{ '@timestamp': 'asc' }, { _shard_doc: 'asc' }],
    track_total_hits: false,
  });
  expect(asked[2].body).toMatchObject({ search_after: [2, 2] });
});

it('takes nothing of an answer without some shards', async () => {
  const { slice } = await server((url) => [
    200,
    url.includes('_pit') ? { id: 'pit-1' } : { ...page(), _shards: { failed: 2 } },
  ]);
  expect(await slice()).toEqual({ kind: 'failed', reason: '2 shards did not answer' });
});

it.each([
  [
    'what is not Elasticsearch',
    200,
    '',
    /^what answers there is not Elasticsearch \(OpenSearch is not supported/,
  ],
  ['a wrong key', 401, 'Elasticsearch', /^not allowed \(HTTP 401\)/],
  ['an error', 503, 'Elasticsearch', /^HTTP 503 some_exception$/],
  ['a login page before it', 302, '', /^HTTP 302: it sends us elsewhere/],
  ['an older one', 406, 'Elasticsearch', /^HTTP 406: is it an Elasticsearch older than 8\?$/],
])('says plainly what is wrong: %s', async (_name, status, product, reason) => {
  const { slice } = await server(() => [status, { error: { type: 'some_exception', reason: 'secret' } }], {
    product,
  });
  expect(await slice()).toEqual({ kind: 'failed', reason: expect.stringMatching(reason) as string });
});

it('says that nobody answers', async () => {
  const { slice } = await server(() => [200, {}], { url: 'http://127.0.0.1:1' });
  expect(await slice()).toEqual({
    kind: 'failed',
    reason: 'no connection: nothing listens there (ECONNREFUSED)',
  });
});

it('describes itself to an account that may read and no more', async () => {
  const { reader } = await server((url) => (url === '/' ? [403, {}] : [200, { count: 3 }]));
  expect(await reader.describe()).toEqual({
    found: expect.stringMatching(/^Elasticsearch at http:\S+, 3 documents in traces-apm/) as string,
  });
});
