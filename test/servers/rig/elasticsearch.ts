import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { installedOnce } from './cache.ts';
import { fetchJars } from './maven.ts';
import { freePorts, type ServerProcess, startProcess } from './process.ts';
import { runTool } from './tool.ts';

const VERSION = '8.19.21';
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
 * One node from Maven's jars, once. They are the server and its HTTP module, not the whole distribution: no security, no
 * ILM, no Painless, no by-query calls.
 */
export function installElasticsearch(): Promise<string> {
  return installedOnce(`elasticsearch-${VERSION}`, async (folder) => {
    await fetchJars(folder, [
      { group: 'org.elasticsearch', artifact: 'elasticsearch', version: VERSION },
      { group: 'org.elasticsearch.plugin', artifact: 'transport-netty4', version: VERSION },
    ]);
    await arrangeModules(folder);
    const classpath = join(folder, 'lib', '*');
    const compile = (name: string, into: string): Promise<string> =>
      runTool('javac', ['-cp', classpath, '-d', into, join(JAVA, `${name}.java`)], { cwd: folder });
    await compile('TestNode', join(folder, 'launcher'));
    await compile('RootAnswer', join(folder, 'root-classes'));
    const jar = join(folder, 'modules', 'root-answer', 'root-answer.jar');
    await runTool('jar', ['cf', jar, '-C', join(folder, 'root-classes'), '.'], { cwd: folder });
  });
}

/** As in the distribution: each module in a folder with its jars and its descriptor. */
async function arrangeModules(folder: string): Promise<void> {
  const netty = join(folder, 'modules', 'transport-netty4');
  const root = join(folder, 'modules', 'root-answer');
  for (const path of [netty, root, join(folder, 'plugins')]) mkdirSync(path, { recursive: true });
  for (const jar of readdirSync(join(folder, 'lib')).filter((name) => name.includes('netty')))
    renameSync(join(folder, 'lib', jar), join(netty, jar));
  const inJar = 'META-INF/es-plugins/transport-netty4/plugin-descriptor.properties';
  await runTool('jar', ['xf', join(netty, `transport-netty4-${VERSION}.jar`), inJar], { cwd: folder });
  const descriptor = readFileSync(join(folder, inJar), 'utf8').replace(/^modulename=.*$/m, '');
  writeFileSync(join(netty, 'plugin-descriptor.properties'), descriptor);
  writeFileSync(
    join(root, 'plugin-descriptor.properties'),
    [
      'name=root-answer',
      'description=Answers at the root',
      `version=${VERSION}`,
      `elasticsearch.version=${VERSION}`,
      'java.version=17',
      'classname=RootAnswer',
    ].join('\n'),
  );
}

export interface ElasticsearchOptions {
  readonly folder: string;
  readonly ports?: readonly [http: number, transport: number];
}

export async function startElasticsearch({
  folder,
  ports,
}: ElasticsearchOptions): Promise<ElasticsearchServer> {
  const home = await installElasticsearch();
  const [port, transport] = ports ?? (await freePorts(2));
  const config = join(folder, 'config');
  mkdirSync(config, { recursive: true });
  writeFileSync(
    join(config, 'elasticsearch.yml'),
    [
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
    ].join('\n'),
  );
  writeFileSync(
    join(config, 'log4j2.properties'),
    [
      'appender.out.type = Console',
      'appender.out.name = out',
      'appender.out.layout.type = PatternLayout',
      'appender.out.layout.pattern = %d %p %c{1.} %m%n',
      'rootLogger.level = warn',
      'rootLogger.appenderRef.out.ref = out',
    ].join('\n'),
  );
  const url = `http://127.0.0.1:${port}`;
  const classpath = [join(home, 'launcher'), join(home, 'lib', '*')].join(':');
  const server = await startProcess({
    name: 'elasticsearch',
    folder,
    program: 'java',
    args: [...JVM, '-cp', classpath, 'TestNode', config, home],
    answers: async () => {
      const { statusCode, body } = await request(`${url}/_cluster/health`);
      const text = await body.text();
      return statusCode === 200 && /"status":"(green|yellow)"/.test(text);
    },
  });
  return { ...server, url, folder, restart: () => startElasticsearch({ folder, ports: [port, transport] }) };
}
