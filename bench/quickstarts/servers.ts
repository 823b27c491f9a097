import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startCollector } from '../../test/servers/rig/collector.ts';
import { startElasticsearch } from '../../test/servers/rig/elasticsearch.ts';
import { startJaeger } from '../../test/servers/rig/jaeger.ts';
import { startKafka } from '../../test/servers/rig/kafka.ts';
import type { ServerProcess } from '../../test/servers/rig/process.ts';
import type { PageName } from './pages.ts';

/** What a page takes for granted. */
export interface Surroundings {
  readonly servers: readonly ServerProcess[];
  /** Addresses as the page has them, and where they really are: the rig never takes a fixed port. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** Real servers, as somebody who reads the page has them. */
export async function surroundings(page: PageName, folder: string): Promise<Surroundings> {
  if (page === 'kafka') return kafkaAndCollector(folder);
  const elasticsearch =
    page === 'jaeger' ? undefined : await startElasticsearch({ folder: made(folder, 'es') });
  const stored = elasticsearch === undefined ? {} : { elasticsearch: elasticsearch.url };
  const jaeger = await startJaeger({ folder: made(folder, 'jaeger'), ...stored });
  return {
    servers: elasticsearch === undefined ? [jaeger] : [elasticsearch, jaeger],
    addresses: {
      'localhost:16686': withoutScheme(jaeger.query),
      'localhost:4317': jaeger.otlpGrpc,
      ...(elasticsearch === undefined ? {} : { 'localhost:9200': withoutScheme(elasticsearch.url) }),
    },
  };
}

async function kafkaAndCollector(folder: string): Promise<Surroundings> {
  // A topic is made when the Collector first sends, as it is on most installations.
  const kafka = await startKafka({
    folder: made(folder, 'kafka'),
    properties: ['auto.create.topics.enable=true', 'num.partitions=4'],
  });
  const exporter = { brokers: [kafka.broker], partition_traces_by_id: true };
  const collector = await startCollector({
    folder: made(folder, 'collector'),
    exporters: { kafka: exporter },
    batchMs: 1000,
  });
  return {
    servers: [kafka, collector],
    addresses: { 'localhost:9092': kafka.broker, 'localhost:4317': collector.otlpGrpc },
  };
}

function made(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

function withoutScheme(url: string): string {
  return new URL(url).host;
}
