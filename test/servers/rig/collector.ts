import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedOnce } from './cache.ts';
import { takesSpans } from './jaeger.ts';
import { freePorts, type ServerProcess, startProcess } from './process.ts';
import { runFetchingTool, runTool } from './tool.ts';

const VERSION = 'v0.155.0';
/** The modules of the Collector that are stable have a number of their own. */
const STABLE_VERSION = 'v1.61.0';
const TELEMETRYGEN_VERSION = 'v0.161.0';
const CORE = 'go.opentelemetry.io/collector';
const CONTRIB = 'github.com/open-telemetry/opentelemetry-collector-contrib';

export interface CollectorServer extends ServerProcess {
  readonly otlpHttp: string;
  /** `127.0.0.1:PORT` */
  readonly otlpGrpc: string;
}

/** Builds a Collector with the parts that tests use by its own builder, and telemetrygen beside it, once: minutes of Go. */
export function installCollector(): Promise<string> {
  return installedOnce(`collector-${VERSION}`, async (folder) => {
    const manifest = join(folder, 'manifest.yaml');
    writeFileSync(manifest, manifestIn(folder));
    await runFetchingTool('go', ['install', `${CORE}/cmd/builder@${VERSION}`], {
      cwd: '/',
      env: { GOBIN: folder },
    });
    await runFetchingTool(join(folder, 'builder'), ['--config', manifest], { cwd: '/' });
    renameSync(join(folder, 'build', 'otelcol'), join(folder, 'otelcol'));
    rmSync(join(folder, 'build'), { recursive: true });
    const telemetrygen = `${CONTRIB}/cmd/telemetrygen@${TELEMETRYGEN_VERSION}`;
    await runFetchingTool('go', ['install', telemetrygen], { cwd: '/', env: { GOBIN: folder } });
  });
}

function manifestIn(folder: string): string {
  const modules = (kind: string, names: readonly string[], version = VERSION): string =>
    [`${kind}:`, ...names.map((name) => `  - gomod: ${name} ${version}`)].join('\n');
  return [
    `dist: { name: otelcol, description: for tests, version: ${VERSION.slice(1)}, output_path: ${join(folder, 'build')} }`,
    modules('receivers', [`${CORE}/receiver/otlpreceiver`]),
    modules('processors', [`${CORE}/processor/batchprocessor`]),
    modules('exporters', [
      `${CORE}/exporter/otlphttpexporter`,
      `${CORE}/exporter/otlpexporter`,
      `${CORE}/exporter/debugexporter`,
      `${CONTRIB}/exporter/kafkaexporter`,
      `${CONTRIB}/exporter/prometheusexporter`,
    ]),
    modules('connectors', [`${CONTRIB}/connector/spanmetricsconnector`]),
    modules(
      'providers',
      ['fileprovider', 'envprovider', 'yamlprovider'].map((name) => `${CORE}/confmap/provider/${name}`),
      STABLE_VERSION,
    ),
  ].join('\n');
}

export interface CollectorOptions {
  readonly folder: string;
  /** The `exporters` part of its configuration as YAML or JSON, indented by nothing; all of them get the traces. */
  readonly exporters: Readonly<Record<string, object>>;
  /** Milliseconds that its batch processor waits; 100 when absent. */
  readonly batchMs?: number;
}

export async function startCollector({
  folder,
  exporters,
  batchMs = 100,
}: CollectorOptions): Promise<CollectorServer> {
  const home = await installCollector();
  const [http, grpc] = await freePorts(2);
  const config = join(folder, 'collector.yaml');
  const endpoints = { http: { endpoint: `127.0.0.1:${http}` }, grpc: { endpoint: `127.0.0.1:${grpc}` } };
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({
      receivers: { otlp: { protocols: endpoints } },
      processors: { batch: { timeout: `${batchMs}ms` } },
      exporters,
      service: {
        telemetry: { metrics: { level: 'none' } },
        pipelines: {
          traces: { receivers: ['otlp'], processors: ['batch'], exporters: Object.keys(exporters) },
        },
      },
    }),
  );
  const server = await startProcess({
    name: 'collector',
    folder,
    program: join(home, 'otelcol'),
    args: ['--config', config],
    answers: () => takesSpans(`http://127.0.0.1:${http}`),
  });
  return { ...server, otlpHttp: `http://127.0.0.1:${http}`, otlpGrpc: `127.0.0.1:${grpc}` };
}

/** telemetrygen's traces to an OTLP/gRPC endpoint: `count` traces of two spans each, as fast as it goes. */
export async function generateTraces(otlpGrpc: string, count: number): Promise<void> {
  const home = await installCollector();
  const target = ['--otlp-insecure', '--otlp-endpoint', otlpGrpc];
  // Without a rate it sends one trace a second.
  await runTool(join(home, 'telemetrygen'), ['traces', ...target, '--traces', String(count), '--rate', '0'], {
    cwd: home,
  });
}
