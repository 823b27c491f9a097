import { readFileSync } from 'node:fs';
import { Kafka, logLevel } from 'kafkajs';
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { generateTraces, startCollector } from '../rig/collector.ts';
import { startElasticsearch } from '../rig/elasticsearch.ts';
import { haveServers, serverFolder } from '../rig/index.ts';
import { startJaeger } from '../rig/jaeger.ts';
import { startKafka } from '../rig/kafka.ts';
import type { ServerProcess } from '../rig/process.ts';

const running: ServerProcess[] = [];
const folders: ReturnType<typeof serverFolder>[] = [];

function folder(name: string): string {
  const made = serverFolder(name);
  folders.push(made);
  return made.path;
}

function kept<T extends ServerProcess>(server: T): T {
  running.push(server);
  return server;
}

afterEach(async ({ task }) => {
  for (const server of running.splice(0).reverse()) await server.stop();
  for (const made of folders.splice(0)) made.done(task.result?.state !== 'fail');
});

async function json(url: string): Promise<unknown> {
  const { body } = await request(url);
  return body.json();
}

describe.skipIf(!(await haveServers('kafka')))('Kafka', () => {
  it('keeps what it took through a kill', async () => {
    let server = kept(await startKafka({ folder: folder('kafka') }));
    const client = new Kafka({ brokers: [server.broker], logLevel: logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'spans', numPartitions: 3 }] });
    const producer = client.producer();
    await producer.connect();
    await producer.send({ topic: 'spans', acks: -1, messages: [{ partition: 2, value: 'one' }] });
    await producer.disconnect();
    await admin.disconnect();
    await server.kill();
    server = kept(await server.restart());
    const again = client.admin();
    await again.connect();
    const offsets = await again.fetchTopicOffsets('spans');
    await again.disconnect();
    expect(offsets.find(({ partition }) => partition === 2)?.high).toBe('1');
  });
});

describe.skipIf(!(await haveServers('elasticsearch')))('Elasticsearch', () => {
  it('says what it is, and takes documents', async () => {
    const server = kept(await startElasticsearch({ folder: folder('elasticsearch') }));
    expect(await json(server.url)).toMatchObject({
      tagline: 'You Know, for Search',
      version: { number: '8.19.21' },
    });
    const body = '{"index":{"_index":"a"}}\n{"x":1}\n';
    const headers = { 'content-type': 'application/x-ndjson' };
    const answer = await request(`${server.url}/_bulk?refresh=true`, { method: 'POST', headers, body });
    expect(await answer.body.json()).toMatchObject({ errors: false });
    expect(await json(`${server.url}/a/_count`)).toMatchObject({ count: 1 });
  });
});

describe.skipIf(!(await haveServers('jaeger', 'collector')))('Jaeger behind a Collector', () => {
  it('has the traces that telemetrygen made', async () => {
    const jaeger = kept(await startJaeger({ folder: folder('jaeger') }));
    const exporters = { otlphttp: { endpoint: jaeger.otlpHttp } };
    const collector = kept(await startCollector({ folder: folder('collector'), exporters }));
    await generateTraces(collector.otlpGrpc, 20);
    await expect
      .poll(() => json(`${jaeger.query}/api/traces?service=telemetrygen&limit=100`), { timeout: 60_000 })
      .toMatchObject({ data: { length: 20 } });
  });
});

it('leaves a log that says why a server did not start', async () => {
  const path = folder('kafka');
  if (!(await haveServers('kafka'))) return;
  const broken = startKafka({ folder: path, properties: ['process.roles=nonsense'] });
  await expect(broken).rejects.toThrow(/nonsense|failed/);
  expect(readFileSync(`${path}/server.properties`, 'utf8')).toContain('nonsense');
});
