import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { generateOtlpPayloads } from '../../../src/simulator/index.ts';
import { runCli } from '../../cli/run-cli.ts';
import { haveServers, serverFolder } from '../rig/index.ts';
import { type KafkaServer, startKafka } from '../rig/kafka.ts';
import { freePorts } from '../rig/process.ts';
import { type Certificates, makeCertificates } from './certificates.ts';

const PASSWORD = 'correct horse 7';
const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

describe.skipIf(!(await haveServers('kafka')))(
  'Kafka behind a login and TLS, as `check --connect` sees it',
  () => {
    const folder = serverFolder('kafka-security');
    let server: KafkaServer;
    let certificates: Certificates;
    const brokers = { plain: '', login: '', tls: '', both: '' };
    let failed = false;

    beforeAll(async () => {
      certificates = makeCertificates(folder.path);
      const [plain, controller, login, tls, both] = await freePorts(5);
      Object.assign(brokers, {
        plain: `127.0.0.1:${plain}`,
        login: `127.0.0.1:${login}`,
        tls: `127.0.0.1:${tls}`,
        both: `127.0.0.1:${both}`,
      });
      mkdirSync(join(folder.path, 'broker'));
      server = await startKafka({
        folder: join(folder.path, 'broker'),
        ports: [plain, controller],
        properties: security([plain, controller, login, tls, both], certificates),
        scram: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((name) => `${name}=[name=alice,password=${PASSWORD}]`),
      });
      await fill(server.broker);
    }, 180_000);
    afterEach(({ task }) => void (failed ||= task.result?.state === 'fail'));
    afterAll(async () => {
      await server?.stop();
      folder.done(!failed);
    });

    async function check(source: object): Promise<string> {
      const config = join(folder.path, 'spanwatch.yaml');
      const all = { name: 's', type: 'kafka', topics: ['spans'], groupId: 'spanwatch', ...source };
      writeFileSync(config, JSON.stringify({ sources: [all], channels: [{ name: 't', type: 'terminal' }] }));
      const { stdout, stderr } = await runCli(['check', '-c', config, '--connect']);
      expect(stdout + stderr).not.toContain(PASSWORD);
      return stdout;
    }
    const tls = (changes: object = {}): object => ({
      enabled: true,
      ca: { file: certificates.ca },
      ...changes,
    });
    const sasl = (mechanism: string, password = PASSWORD): object => ({
      mechanism,
      username: 'alice',
      password,
    });

    it('says what the brokers, the topics, the group and the records are', async () => {
      expect(await check({ brokers: [brokers.plain] })).toMatch(
        /^ok {4}source s: Kafka at 127\.0\.0\.1:\d+, a broker, 3\.9 or newer \(Fetch v17\), spans with 2 partitions, group spanwatch never was and begins at latest, 4 records of the last hour, the newest are otlp_proto$/m,
      );
    });

    it('names topics that are not there, and those that are', async () => {
      expect(await check({ brokers: [brokers.plain], topics: ['spnas'] })).toMatch(
        /^WRONG source s: Kafka at .*: no topic spnas: there are empty, notes, spans$/m,
      );
    });

    it('says when nobody writes, when records are no spans, and when they are not as configured', async () => {
      expect(await check({ brokers: [brokers.plain], topics: ['empty'] })).toMatch(
        /the topics are empty: does anybody write/,
      );
      expect(await check({ brokers: [brokers.plain], topics: ['notes'] })).toMatch(
        /the newest records are no spans/,
      );
      expect(await check({ brokers: [brokers.plain], encoding: 'jaeger_json' })).toMatch(
        /WRONG .*: encoding is jaeger_json, and the newest records are otlp_proto$/m,
      );
    });

    it.each(MECHANISMS)('logs in by %s, in the open and over TLS, and reads', async (mechanism) => {
      for (const source of [
        { brokers: [brokers.login], sasl: sasl(mechanism) },
        { brokers: [brokers.both], sasl: sasl(mechanism), tls: tls() },
      ])
        expect(await check(source)).toMatch(/^ok {4}source s: .*, the newest are otlp_proto$/m);
      expect(await check({ brokers: [brokers.both], sasl: sasl(mechanism, 'wrong'), tls: tls() })).toMatch(
        /^WRONG source s: Kafka at .*: .*[Aa]uthentication failed/m,
      );
    });

    it('speaks TLS with a client certificate, and not with a broker that it cannot verify', async () => {
      const { cert, key } = certificates.client;
      const own = tls({ cert: { file: cert }, key: { file: key } });
      expect(await check({ brokers: [brokers.tls], tls: own })).toMatch(/^ok .*the newest are otlp_proto$/m);
      expect(await check({ brokers: [brokers.tls], tls: tls() })).toMatch(/^WRONG source s: /m);
      const stranger = {
        brokers: [brokers.both],
        sasl: sasl('plain'),
        tls: tls({ ca: { file: certificates.otherCa } }),
      };
      expect(await check(stranger)).toMatch(/^WRONG source s: .*certificate/m);
      const trusting = { ...stranger, tls: { enabled: true, verify: false } };
      expect(await check(trusting)).toMatch(/^ok .*the newest are otlp_proto$/m);
    }, 180_000);

    it('says that nobody answers', async () => {
      await expect(check({ brokers: ['127.0.0.1:1'] })).resolves.toMatch(
        /^WRONG source s: Kafka at 127\.0\.0\.1:1: .*ECONNREFUSED/m,
      );
    });
  },
);

/** Three more listeners: a login in the open, TLS with client certificates, a login over TLS. Names as in Kafka's documentation, "Security". */
function security(
  [plain, controller, login, tls, both]: readonly number[],
  { ca, broker }: Certificates,
): readonly string[] {
  const listeners = `PLAINTEXT://127.0.0.1:${plain},SASL_PLAINTEXT://127.0.0.1:${login},SSL://127.0.0.1:${tls},SASL_SSL://127.0.0.1:${both}`;
  const module = (name: string): string => `org.apache.kafka.common.security.${name}`;
  const logins = ['sasl_plaintext', 'sasl_ssl'].flatMap((listener) => [
    `listener.name.${listener}.plain.sasl.jaas.config=${module('plain.PlainLoginModule')} required user_alice="${PASSWORD}";`,
    ...['scram-sha-256', 'scram-sha-512'].map(
      (mechanism) =>
        `listener.name.${listener}.${mechanism}.sasl.jaas.config=${module('scram.ScramLoginModule')} required;`,
    ),
  ]);
  return [
    `listeners=${listeners},CONTROLLER://127.0.0.1:${controller}`,
    `advertised.listeners=${listeners}`,
    'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    ...logins,
    'ssl.keystore.type=PEM',
    `ssl.keystore.location=${broker}`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.location=${ca}`,
    'listener.name.ssl.ssl.client.auth=required',
  ];
}

async function fill(broker: string): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.NOTHING });
  const [admin, producer] = [client.admin(), client.producer()];
  await admin.connect();
  const topics = ['spans', 'empty', 'notes'].map((topic) => ({ topic, numPartitions: 2 }));
  await admin.createTopics({ topics, waitForLeaders: true });
  await admin.disconnect();
  await producer.connect();
  const payloads = generateOtlpPayloads({ seed: 1, spans: 400, spansPerRequest: 100 });
  const messages = payloads.map((bytes, i) => ({ partition: i % 2, value: Buffer.from(bytes) }));
  await producer.send({ topic: 'spans', messages });
  await producer.send({ topic: 'notes', messages: [{ value: 'a note' }] });
  await producer.disconnect();
}
