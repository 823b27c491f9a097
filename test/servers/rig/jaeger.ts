import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { installedOnce } from './cache.ts';
import { freePorts, type ServerProcess, startProcess } from './process.ts';
import { runFetchingTool } from './tool.ts';

/** The newest that `go install` takes: later ones have replace directives, and the tags of 2.x are no versions of the module. */
const VERSION = 'v1.42.0';

export interface JaegerServer extends ServerProcess {
  /** Query API, legacy and /api/v3: `http://127.0.0.1:PORT`. */
  readonly query: string;
  readonly otlpHttp: string;
  /** `127.0.0.1:PORT` */
  readonly otlpGrpc: string;
  readonly zipkin: string;
  /** Where old clients post, without the path. */
  readonly thriftHttp: string;
  readonly folder: string;
  restart(): Promise<JaegerServer>;
}

/** Builds Jaeger's all-in-one by Go, once. */
export function installJaeger(): Promise<string> {
  return installedOnce(`jaeger-${VERSION}`, async (folder) => {
    const target = `github.com/jaegertracing/jaeger/cmd/all-in-one@${VERSION}`;
    await runFetchingTool('go', ['install', target], {
      cwd: '/',
      env: { GOBIN: folder, GOFLAGS: '-mod=mod' },
    });
  });
}

export interface JaegerOptions {
  readonly folder: string;
  /** Spans are kept there; in memory when absent. */
  readonly elasticsearch?: string;
  readonly ports?: readonly number[];
  readonly flags?: readonly string[];
}

const PORTS = 12;

export async function startJaeger(options: JaegerOptions): Promise<JaegerServer> {
  const { folder, elasticsearch, flags = [] } = options;
  const home = await installJaeger();
  const ports = options.ports ?? (await freePorts(PORTS));
  const [query, queryGrpc, otlpHttp, otlpGrpc, thrift, grpc, zipkin, admin, agent, compact, binary, old] =
    ports.map((port) => `127.0.0.1:${port}`);
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'jaeger.yaml');
  writeFileSync(config, '');
  const server = await startProcess({
    name: 'jaeger',
    folder,
    program: join(home, 'all-in-one'),
    env: { SPAN_STORAGE_TYPE: elasticsearch === undefined ? 'memory' : 'elasticsearch' },
    args: [
      `--config-file=${config}`,
      '--collector.otlp.enabled=true',
      `--query.http-server.host-port=${query}`,
      `--query.grpc-server.host-port=${queryGrpc}`,
      `--collector.otlp.http.host-port=${otlpHttp}`,
      `--collector.otlp.grpc.host-port=${otlpGrpc}`,
      `--collector.http-server.host-port=${thrift}`,
      `--collector.grpc-server.host-port=${grpc}`,
      `--reporter.grpc.host-port=${grpc}`,
      `--collector.zipkin.host-port=${zipkin}`,
      `--admin.http.host-port=${admin}`,
      `--http-server.host-port=${agent}`,
      `--processor.jaeger-compact.server-host-port=${compact}`,
      `--processor.jaeger-binary.server-host-port=${binary}`,
      `--processor.zipkin-compact.server-host-port=${old}`,
      ...(elasticsearch === undefined ? [] : [`--es.server-urls=${elasticsearch}`, '--es.version=7']),
      ...flags,
    ],
    // Its /api/v3 speaks to its own gRPC port, and answers 503 for a second after the legacy API does.
    answers: async () =>
      (await isFine(`http://${query}/api/v3/services`)) && (await takesSpans(`http://${otlpHttp}`)),
  });
  return {
    ...server,
    query: `http://${query}`,
    otlpHttp: `http://${otlpHttp}`,
    otlpGrpc,
    zipkin: `http://${zipkin}`,
    thriftHttp: `http://${thrift}`,
    folder,
    restart: () => startJaeger({ ...options, ports }),
  };
}

async function isFine(url: string): Promise<boolean> {
  const { statusCode, body } = await request(url);
  await body.dump();
  return statusCode === 200;
}

/** Whether an OTLP/HTTP receiver takes an empty export. */
export async function takesSpans(url: string): Promise<boolean> {
  const { statusCode, body } = await request(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"resourceSpans":[]}',
  });
  await body.dump();
  return statusCode === 200;
}
