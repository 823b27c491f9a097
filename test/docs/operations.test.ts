import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createService } from '../../src/app.ts';
import { openKeptState } from '../../src/app/kept-state.ts';
import { NO_MODEL } from '../../src/app/model.ts';
import { createVocabulary } from '../../src/app/vocabulary.ts';
import { type Config, parseConfig } from '../../src/config/index.ts';
import {
  createMetrics,
  createRandom,
  createWallClock,
  type Metrics,
  silentLogger,
} from '../../src/runtime/index.ts';

const PATH = join(import.meta.dirname, '..', '..', 'docs', 'operations.md');
const BEGIN = '<!-- metrics: written by UPDATE_GOLDEN=1 npx vitest run test/docs/operations.test.ts -->';
const END = '<!-- end of metrics -->';

it('docs/operations.md lists the metrics of a running service, each as it is', async () => {
  const text = readFileSync(PATH, 'utf8');
  const table = tableOf(await metricsOfService());
  const [before, listed, after] = cut(text);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(PATH, `${before}${BEGIN}\n${table}${END}${after}`);
  else expect(listed.trim()).toBe(table.trim());
  expect(table).toContain('`spanwatch_received_spans_total` | counter | source |');
});

function cut(text: string): [string, string, string] {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  expect(begin).toBeGreaterThan(0);
  expect(end).toBeGreaterThan(begin);
  return [text.slice(0, begin), text.slice(begin + BEGIN.length, end), text.slice(end + END.length)];
}

interface Described {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames?: readonly string[];
}

function tableOf(metrics: readonly Described[]): string {
  const rows = metrics
    .filter(({ name }) => name.startsWith('spanwatch_'))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      ({ name, help, type, labelNames = [] }) =>
        `| \`${name}\` | ${type} | ${labelNames.join(', ')} | ${help} |\n`,
    );
  return `| metric | type | labels | what |\n|---|---|---|---|\n${rows.join('')}`;
}

/** A service with every kind of source, started and stopped. */
async function metricsOfService(): Promise<readonly Described[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'spanwatch-operations-'));
  const metrics = createMetrics();
  try {
    const config = configIn(dataDir);
    const runtime = {
      clock: createWallClock(),
      logger: silentLogger(),
      metrics,
      random: createRandom(1),
    };
    const vocabulary = createVocabulary(config.names);
    const options = { clock: 'event', write: () => undefined, color: false } as const;
    const { logger } = runtime;
    const left = { kept: openKeptState(dataDir, vocabulary, { logger, limits: config.names }) };
    const service = createService(config, { vocabulary, model: NO_MODEL, left }, runtime, options);
    await service.start();
    await service.shutdown();
    return described(metrics);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function configIn(dataDir: string): Config {
  const outcome = parseConfig(
    [
      `dataDir: ${JSON.stringify(dataDir)}`,
      'sources:',
      '  - { name: otlp, type: otlp-http, port: 0 }',
      '  - { name: grpc, type: otlp-grpc, port: 0 }',
      '  - { name: zipkin, type: zipkin, port: 0 }',
      '  - { name: old-jaeger, type: jaeger-thrift, port: 0 }',
      // Nobody listens there: it is asked again later.
      '  - { name: jaeger, type: jaeger-query, url: "http://127.0.0.1:1" }',
      'http: { port: 0 }',
      'channels: [{ name: terminal, type: terminal }]',
      'sinks: [{ name: search, type: elasticsearch, url: "http://127.0.0.1:1" }]',
      'store: { kind: elasticsearch, url: "http://127.0.0.1:1" }',
    ].join('\n'),
    'test',
  );
  if (!outcome.ok) throw new Error(outcome.problems.map(({ message }) => message).join('; '));
  return outcome.config;
}

/** prom-client's metrics know their labels, though its types do not say so. */
function described({ registry }: Metrics): readonly Described[] {
  return registry.getMetricsAsArray() as unknown as readonly Described[];
}
