import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readYamlFile } from '../../deploy/deploy-files.ts';
import { installCollector } from '../rig/collector.ts';
import { haveServers, serverFolder } from '../rig/index.ts';
import { startKafka } from '../rig/kafka.ts';
import { freePorts } from '../rig/ports.ts';
import { prometheusTool } from '../rig/prometheus.ts';
import { runTool } from '../rig/tool.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const COMPOSE = join(ROOT, 'deploy', 'compose');

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'spanwatch-deploy-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file of deploy/compose, changed, in a folder of its own. */
function changed(name: string, changes: Readonly<Record<string, string>>): string {
  let text = readFileSync(join(COMPOSE, name), 'utf8');
  for (const [from, to] of Object.entries(changes)) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe.skipIf(!(await haveServers('collector', 'prometheus')))('the stack, by its own programs', () => {
  it('has a configuration that the real Collector takes', async () => {
    const collector = join(await installCollector(), 'otelcol');
    const validate = (path: string): Promise<string> =>
      runTool(collector, ['validate', `--config=${path}`], { cwd: folder });
    await validate(join(COMPOSE, 'collector.yaml'));
    const broken = changed('collector.yaml', { partition_traces_by_id: 'partition_traces_by_idea' });
    await expect(validate(broken)).rejects.toThrow(/partition_traces_by_idea/);
  });

  it('has a configuration and rules that the real Prometheus takes', async () => {
    const promtool = await prometheusTool('promtool');
    const check = (path: string): Promise<string> =>
      runTool(promtool, ['check', 'config', path], { cwd: folder });
    writeFileSync(join(folder, 'http-token'), 'f'.repeat(64));
    const here = {
      '/etc/prometheus/spanwatch': join(ROOT, 'dashboards', 'prometheus'),
      '/run/secrets': folder,
    };
    expect(await check(changed('prometheus.yaml', here))).toMatch(/SUCCESS: \d+ rules found/);
    const broken = changed('prometheus.yaml', { ...here, 'rules.yaml': 'rulers.yaml' });
    await expect(check(broken)).rejects.toThrow(/rulers.yaml/);
  });
});

describe.skipIf(!(await haveServers('kafka')))('the broker of the stack', () => {
  it('starts on its properties, and makes topics with the partitions that they say', async () => {
    const [port, controller] = await freePorts(2);
    const data = serverFolder('deploy-kafka');
    const properties = brokerProperties({ '9092': port, '9093': controller }, join(data.path, 'data'));
    const kafka = await startKafka({ folder: data.path, ports: [port, controller], properties });
    const client = new kafkajs.Kafka({ brokers: [kafka.broker], logLevel: kafkajs.logLevel.NOTHING });
    const admin = client.admin();
    try {
      await admin.connect();
      await admin.createTopics({ topics: [{ topic: 'otlp_spans' }], waitForLeaders: true });
      const [topic] = (await admin.fetchTopicMetadata({ topics: ['otlp_spans'] })).topics;
      expect(topic.partitions).toHaveLength(4);
    } finally {
      await admin.disconnect();
      await kafka.stop();
      data.done(true);
    }
  });
});

/** As the image makes them: KAFKA_LOG_DIRS is log.dirs. On this machine's loopback. */
function brokerProperties(ports: Readonly<Record<string, number>>, data: string): string[] {
  const [{ services }] = readYamlFile(join(COMPOSE, 'compose.yaml')) as [
    { services: { kafka: { environment: Readonly<Record<string, string>> } } },
  ];
  return Object.entries(services.kafka.environment).map(([name, value]) => {
    const key = name.replace('KAFKA_', '').toLowerCase().replaceAll('_', '.');
    if (key === 'log.dirs') return `log.dirs=${data}`;
    const here = value.replaceAll(/:\/\/(kafka)?:/g, '://127.0.0.1:').replaceAll('@kafka:', '@127.0.0.1:');
    return `${key}=${here.replaceAll(/:(909\d)/g, (_, port: string) => `:${ports[port]}`)}`;
  });
}
