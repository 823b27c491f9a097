import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { startService } from '../verify/spanwatch-process.ts';

/** A server that takes OTLP/HTTP, in a process of its own. */
export interface SpanServer {
  readonly name: string;
  /** `http://127.0.0.1:PORT`; spans go to `/v1/traces`. */
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const MODEL = fileURLToPath(new URL('../../models/demo', import.meta.url));
const STOCK = fileURLToPath(new URL('stock-server.ts', import.meta.url));
const START_TIMEOUT_MS = 60_000;

/** `spanwatch run` with the shop's model, a store and no channel, on event time: its spans may come as fast as they like. */
export async function startSpanwatch(): Promise<SpanServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spanwatch-http-bench-'));
  const config = join(folder, 'spanwatch.yaml');
  writeFileSync(
    config,
    [
      `dataDir: ${JSON.stringify(join(folder, 'data'))}`,
      `model: ${JSON.stringify(MODEL)}`,
      'sources: [{ name: load, type: otlp-http, port: 0 }]',
      'http: { port: 0 }',
    ].join('\n'),
  );
  const service = await startService(config, { clock: 'event' });
  return {
    name: 'spanwatch',
    url: service.source,
    pid: service.pid,
    stop: async () => {
      service.signal('SIGTERM');
      await service.ended;
    },
  };
}

/** fastify, protobufjs, a Map, a DDSketch an operation and the forest package: bench/stock. */
export async function startStock(): Promise<SpanServer> {
  const child = spawn(process.execPath, [STOCK], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the stock server ended with ${code}`)));
    child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
  });
  return {
    name: 'stock parts',
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stop: () => stopped(child),
  };
}

/** The OpenTelemetry Collector with the spanmetrics connector; `binary` has both, and the otlp and prometheus parts. */
export async function startCollector(binary: string): Promise<SpanServer> {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), 'spanwatch-http-bench-'));
  const config = join(folder, 'collector.yaml');
  writeFileSync(
    config,
    `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" } } } }
exporters: { prometheus: { endpoint: "127.0.0.1:${metricsPort}" } }
connectors: { spanmetrics: {} }
service:
  telemetry: { metrics: { level: none } }
  pipelines:
    traces: { receivers: [otlp], exporters: [spanmetrics] }
    metrics: { receivers: [spanmetrics], exporters: [prometheus] }
`,
  );
  const child = spawn(binary, ['--config', config], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await answering(url, child);
  return { name: 'Collector, spanmetrics', url, pid: child.pid ?? 0, stop: () => stopped(child) };
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  const giveUp = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < giveUp && child.exitCode === null) {
    try {
      const { statusCode, body } = await request(`${url}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"resourceSpans":[]}',
      });
      await body.dump();
      if (statusCode === 200) return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  child.kill('SIGKILL');
  throw new Error('the Collector did not answer');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.removeAllListeners('exit').once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
