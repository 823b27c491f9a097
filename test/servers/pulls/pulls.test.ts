import { request } from 'undici';
import { Names } from '../../../src/domain/names.ts';
import type { SpanBatch } from '../../../src/domain/span-batch.ts';
import { createFormats, createSearchDocumentReader } from '../../../src/formats/index.ts';
import { encodeOtlpProto } from '../../../src/simulator/index.ts';
import { createElasticsearchReader } from '../../../src/sources/elasticsearch/index.ts';
import { createJaegerReader } from '../../../src/sources/jaeger-query/index.ts';
import { createPullSource } from '../../../src/sources/pulling/index.ts';
import { type ElasticsearchServer, startElasticsearch } from '../rig/elasticsearch.ts';
import { haveServers, serverFolder } from '../rig/index.ts';
import { type JaegerServer, startJaeger } from '../rig/jaeger.ts';
import { type PullHarness, pullConformance } from './conformance.ts';

const polls = {
  name: 'pulled',
  schedule: '* * * * *',
  startAt: new Date(Date.now() - 600_000).toISOString(),
  overlapMs: 900_000,
  settleMs: 0,
  maxSliceMs: 900_000,
};

function jaegerHarness(): PullHarness {
  const folder = serverFolder('pulls-jaeger');
  let elasticsearch!: ElasticsearchServer;
  let jaeger!: JaegerServer;
  return {
    lagMetric: 'spanwatch_pull_lag_seconds',
    start: async () => {
      elasticsearch = await startElasticsearch({ folder: `${folder.path}/es` });
      jaeger = await startJaeger({ folder: `${folder.path}/jaeger`, elasticsearch: elasticsearch.url });
    },
    stop: async (passed) => {
      await jaeger?.stop();
      await elasticsearch?.stop();
      folder.done(passed);
    },
    down: () => jaeger.kill(),
    up: async () => void (jaeger = await jaeger.restart()),
    put: (batch) => putIntoJaeger(jaeger, elasticsearch, batch),
    open: (sink, cursor, runtime) => {
      const names = new Names();
      const reader = createJaegerReader(
        {
          name: 'pulled',
          url: jaeger.query,
          critical: ['checkout'],
          leaveOut: ['jaeger-query', 'jaeger-all-in-one'],
          limit: 500,
          concurrency: 2,
          pauseMs: 0,
          timeoutMs: 5000,
        },
        createFormats(names),
        runtime,
      );
      return createPullSource(polls, reader, { sink, names, clock: 'event', cursor: () => cursor }, runtime);
    },
  };
}

/** What the real Jaeger stored. */
function elasticsearchHarness(): PullHarness {
  const folder = serverFolder('pulls-elasticsearch');
  let elasticsearch!: ElasticsearchServer;
  let jaeger!: JaegerServer;
  return {
    lagMetric: 'spanwatch_pull_lag_seconds',
    start: async () => {
      elasticsearch = await startElasticsearch({ folder: `${folder.path}/es` });
      jaeger = await startJaeger({ folder: `${folder.path}/jaeger`, elasticsearch: elasticsearch.url });
    },
    stop: async (passed) => {
      await jaeger?.stop();
      await elasticsearch?.stop();
      folder.done(passed);
    },
    down: () => elasticsearch.kill(),
    up: async () => void (elasticsearch = await elasticsearch.restart()),
    put: (batch) => putIntoJaeger(jaeger, elasticsearch, batch),
    open: (sink, cursor, runtime) => {
      const names = new Names();
      const { url } = elasticsearch;
      // Small pages, so that each slice has several.
      const config = { name: 'pulled', url, layout: 'jaeger', pageSize: 100, timeoutMs: 5000 } as const;
      const reader = createElasticsearchReader(config, createSearchDocumentReader(names));
      return createPullSource(polls, reader, { sink, names, clock: 'event', cursor: () => cursor }, runtime);
    },
  };
}

/** By OTLP, as its senders do; then waits for its storage. */
async function putIntoJaeger(
  jaeger: JaegerServer,
  elasticsearch: ElasticsearchServer,
  batch: SpanBatch,
): Promise<void> {
  const count = async (): Promise<number> => {
    await (await request(`${elasticsearch.url}/_refresh`, { method: 'POST' })).body.dump();
    const { body } = await request(`${elasticsearch.url}/jaeger-span-*/_count?ignore_unavailable=true`);
    return ((await body.json()) as { count: number }).count;
  };
  const before = await count();
  const { statusCode, body } = await request(`${jaeger.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: encodeOtlpProto(batch),
  });
  await body.dump();
  if (statusCode !== 200) throw new Error(`Jaeger answered ${statusCode}`);
  while ((await count()) < before + batch.length) await new Promise((resolve) => setTimeout(resolve, 200));
}

if (await haveServers('jaeger', 'elasticsearch')) {
  pullConformance('Elasticsearch, as Jaeger fills it', elasticsearchHarness());
  pullConformance('Jaeger Query', jaegerHarness());
}
