import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Dispatcher, request } from 'undici';
import { installedOnce } from './cache.ts';
import { fetchJars } from './maven.ts';
import { freePorts, type ServerProcess, startProcess } from './process.ts';
import { runTool } from './tool.ts';

export const ELASTICSEARCH_VERSION = '8.19.21';
const JVM = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const JAVA = fileURLToPath(new URL('java/', import.meta.url));

export interface ElasticsearchServer extends ServerProcess {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly folder: string;
  /** The same node again, after `stop` or `kill`: same port, same data. */
  restart(): Promise<ElasticsearchServer>;
}

/**
 * One node from Maven's jars, once. They are the server and its HTTP module, not the whole distribution: no ILM, no
 * Painless, no by-query calls; security is elasticsearch-security.ts's.
 */
export function installElasticsearch(): Promise<string> {
  return installedOnce(`elasticsearch-${ELASTICSEARCH_VERSION}`, async (folder) => {
    await fetchJars(folder, [
      { group: 'org.elasticsearch', artifact: 'elasticsearch', version: ELASTICSEARCH_VERSION },
      { group: 'org.elasticsearch.plugin', artifact: 'transport-netty4', version: ELASTICSEARCH_VERSION },
    ]);
    await arrangeModules(folder);
    await compileJava(folder, 'TestNode', join(folder, 'launcher'));
    await addOwnModule(folder, 'root-answer', 'RootAnswer');
  });
}

/** As in the distribution: each module in a folder with its jars and its descriptor. */
async function arrangeModules(folder: string): Promise<void> {
  const netty = join(folder, 'modules', 'transport-netty4');
  for (const path of [netty, join(folder, 'plugins')]) mkdirSync(path, { recursive: true });
  for (const jar of readdirSync(join(folder, 'lib')).filter((name) => name.includes('netty')))
    renameSync(join(folder, 'lib', jar), join(netty, jar));
  await unpackDescriptor(netty, 'transport-netty4');
}

/** Out of the module's own jar in its folder. Without the Java module's name: its jars are on a class path here. */
export async function unpackDescriptor(folder: string, name: string): Promise<void> {
  const inJar = `META-INF/es-plugins/${name}/plugin-descriptor.properties`;
  await runTool('jar', ['xf', join(folder, `${name}-${ELASTICSEARCH_VERSION}.jar`), inJar], { cwd: folder });
  const descriptor = readFileSync(join(folder, inJar), 'utf8').replace(/^modulename=.*$/m, '');
  writeFileSync(join(folder, 'plugin-descriptor.properties'), descriptor);
  rmSync(join(folder, 'META-INF'), { recursive: true });
}

/** A module of one class of ours, for what the distribution has in modules that the registries do not have. */
export async function addOwnModule(home: string, name: string, javaClass: string): Promise<void> {
  const [module, classes] = [join(home, 'modules', name), join(home, `${name}-classes`)];
  mkdirSync(module, { recursive: true });
  await compileJava(home, javaClass, classes);
  await runTool('jar', ['cf', join(module, `${name}.jar`), '-C', classes, '.'], { cwd: home });
  writeFileSync(
    join(module, 'plugin-descriptor.properties'),
    [
      `name=${name}`,
      'description=Of the tests',
      `version=${ELASTICSEARCH_VERSION}`,
      `elasticsearch.version=${ELASTICSEARCH_VERSION}`,
      'java.version=17',
      `classname=${javaClass}`,
    ].join('\n'),
  );
}

function compileJava(home: string, javaClass: string, into: string): Promise<string> {
  const source = join(JAVA, `${javaClass}.java`);
  return runTool('javac', ['-cp', join(home, 'lib', '*'), '-d', into, source], { cwd: home });
}

export interface ElasticsearchOptions {
  readonly folder: string;
  readonly ports?: readonly [http: number, transport: number];
}

export async function startElasticsearch(options: ElasticsearchOptions): Promise<ElasticsearchServer> {
  const { folder } = options;
  const [port, transport] = options.ports ?? (await freePorts(2));
  const ports = [port, transport] as const;
  const url = `http://127.0.0.1:${port}`;
  const server = await startNode({ folder, ports, home: await installElasticsearch(), health: { url } });
  return { ...server, url, folder, restart: () => startElasticsearch({ folder, ports }) };
}

export interface NodeOptions extends Required<ElasticsearchOptions> {
  /** Where it is installed. */
  readonly home: string;
  readonly jvm?: readonly string[];
  /** Lines of elasticsearch.yml. */
  readonly settings?: readonly string[];
  /** How it is asked whether it is up. */
  readonly health: {
    readonly url: string;
    readonly dispatcher?: Dispatcher;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

/** A node of what is installed in `home`; its configuration is in `folder`/config. */
export function startNode(options: NodeOptions): Promise<ServerProcess> {
  const { folder, ports, home, jvm = [], settings = [], health } = options;
  const config = join(folder, 'config');
  mkdirSync(config, { recursive: true });
  const [port, transport] = ports;
  const yaml = [
    'cluster.name: spanwatch-test',
    'node.name: test',
    'discovery.type: single-node',
    'network.host: 127.0.0.1',
    `http.port: ${port}`,
    `transport.port: ${transport}`,
    `path.data: ${join(folder, 'data')}`,
    `path.logs: ${join(folder, 'logs')}`,
    // A full disk of the machine that tests run on is not what is tested.
    'cluster.routing.allocation.disk.threshold_enabled: false',
    ...settings,
  ];
  writeFileSync(join(config, 'elasticsearch.yml'), yaml.join('\n'));
  writeFileSync(join(config, 'log4j2.properties'), LOGGING.join('\n'));
  const classpath = [join(home, 'launcher'), join(home, 'lib', '*')].join(':');
  return startProcess({
    name: 'elasticsearch',
    folder,
    program: 'java',
    args: [...JVM, ...jvm, '-cp', classpath, 'TestNode', config, home],
    answers: async () => {
      const { url, ...access } = health;
      const { statusCode, body } = await request(`${url}/_cluster/health`, access);
      const text = await body.text();
      return statusCode === 200 && /"status":"(green|yellow)"/.test(text);
    },
  });
}

const LOGGING: readonly string[] = [
  'appender.out.type = Console',
  'appender.out.name = out',
  'appender.out.layout.type = PatternLayout',
  'appender.out.layout.pattern = %d %p %c{1.} %m%n',
  'rootLogger.level = warn',
  'rootLogger.appenderRef.out.ref = out',
];
