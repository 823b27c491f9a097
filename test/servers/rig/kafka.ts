import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { installedOnce } from './cache.ts';
import { fetchJars } from './maven.ts';
import { freePorts, type ServerProcess, startProcess } from './process.ts';
import { runTool } from './tool.ts';

const VERSION = '3.9.2';
/** A test's broker holds megabytes: the small collector and the quick compiler start fastest. */
const JVM = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
/** KRaft wants one; any will do (16 bytes in base64url). */
const CLUSTER_ID = 'c3BhbndhdGNoLXRlc3QtMQ';

/** A Kafka broker that is its own KRaft controller. */
export interface KafkaServer extends ServerProcess {
  /** `127.0.0.1:PORT` */
  readonly broker: string;
  readonly folder: string;
  /** The same broker again, after `stop` or `kill`: same port, same data. */
  restart(): Promise<KafkaServer>;
}

/** Fetches the broker from Maven, once. */
export function installKafka(): Promise<string> {
  return installedOnce(`kafka-${VERSION}`, (folder) =>
    fetchJars(folder, [
      { group: 'org.apache.kafka', artifact: 'kafka_2.13', version: VERSION, without: ['kafka-tools-api'] },
      { group: 'org.slf4j', artifact: 'slf4j-simple', version: '1.7.36' },
    ]),
  );
}

export interface KafkaOptions {
  /** Its own, new or of an earlier start. */
  readonly folder: string;
  /** Lines of server.properties on top. */
  readonly properties?: readonly string[];
  readonly ports?: readonly [broker: number, controller: number];
  /** Users for SCRAM, as StorageTool takes them: `SCRAM-SHA-512=[name=NAME,password=PASSWORD]`. */
  readonly scram?: readonly string[];
}

/** Starts a broker on 127.0.0.1; topics are not made by asking for them. */
export async function startKafka({
  folder,
  properties = [],
  ports,
  scram = [],
}: KafkaOptions): Promise<KafkaServer> {
  const home = await installKafka();
  const [port, controller] = ports ?? (await freePorts(2));
  const broker = `127.0.0.1:${port}`;
  const config = join(folder, 'server.properties');
  writeFileSync(config, serverProperties(folder, port, controller).concat(properties).join('\n'));
  const classpath = ['-cp', join(home, 'lib', '*')];
  if (!existsSync(join(folder, 'data', 'meta.properties'))) {
    const users = scram.flatMap((user) => ['--add-scram', user]);
    const format = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', config, ...users];
    await runTool('java', [...classpath, ...format], { cwd: folder });
  }
  const server = await startProcess({
    name: 'kafka',
    folder,
    program: 'java',
    args: [...JVM, ...classpath, 'kafka.Kafka', config],
    answers: () => answers(broker),
  });
  return {
    ...server,
    broker,
    folder,
    restart: () => startKafka({ folder, properties, ports: [port, controller] }),
  };
}

/** One broker, one copy of everything, and time-outs for tests. Listener names as of KIP-103, KRaft as of KIP-500. */
function serverProperties(folder: string, port: number, controller: number): string[] {
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controller}`,
    'controller.listener.names=CONTROLLER',
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL',
    `log.dirs=${join(folder, 'data')}`,
    // A restart after SIGKILL waits for the session of the one before.
    'broker.heartbeat.interval.ms=200',
    'broker.session.timeout.ms=1000',
    'auto.create.topics.enable=false',
    'offsets.topic.num.partitions=1',
    'offsets.topic.replication.factor=1',
    'transaction.state.log.num.partitions=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'group.min.session.timeout.ms=1000',
    'log.cleaner.dedupe.buffer.size=4194304',
  ];
}

async function answers(broker: string): Promise<boolean> {
  const client = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
  const admin = client.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length === 1;
  } finally {
    await admin.disconnect();
  }
}
