import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { REPOSITORY } from '../../bench/verify/spanwatch-process.ts';
import { lockFolder } from '../../src/recovery/index.ts';
import { workplace } from './service.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Longer than any start on any machine; whatever is still there by then hangs. */
const HANGS_AFTER_MS = 60_000;

function run(config: string): Promise<{ code: unknown; signal: unknown; stderr: string; tookMs: number }> {
  const startedAt = Date.now();
  const args = [join(REPOSITORY, 'bin/spanwatch.js'), 'run', '-c', config];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { timeout: HANGS_AFTER_MS, killSignal: 'SIGKILL' },
      (error, _, stderr) => {
        const { code = 0, signal = null } = error ?? {};
        resolve({ code, signal, stderr, tookMs: Date.now() - startedAt });
      },
    );
  });
}

/** A port that another program has. */
async function taken(): Promise<number> {
  const squatter = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => squatter.once('listening', resolve));
  cleanups.push(() => new Promise((resolve) => squatter.close(resolve)));
  return (squatter.address() as AddressInfo).port;
}

interface Hindrance {
  /** Lines of YAML. */
  readonly lines?: readonly string[];
  /** Done to the data folder before. */
  readonly spoil?: (dataDir: string) => void;
}

const source = (type: string, port: number): string =>
  `sources: [{ name: one, type: ${type}, port: ${port} }]`;
const garbage = Buffer.alloc(8192, 'no database ');

it.each<[string, () => Promise<Hindrance> | Hindrance, RegExp]>([
  ['the port of the API', async () => ({ lines: [`http: { port: ${await taken()} }`] }), /set http\.port/],
  ['the port of OTLP over HTTP', async () => ({ lines: [source('otlp-http', await taken())] }), /in use/],
  ['the port of OTLP over gRPC', async () => ({ lines: [source('otlp-grpc', await taken())] }), /in use/],
  ['the port of Zipkin', async () => ({ lines: [source('zipkin', await taken())] }), /in use/],
  [
    'the port of the second source',
    async () => ({
      lines: [
        'sources:',
        '  - { name: first, type: otlp-grpc, port: 0 }',
        `  - { name: second, type: otlp-http, port: ${await taken()} }`,
      ],
    }),
    /second.*in use/,
  ],
  [
    'a broken store',
    () => ({ spoil: (dataDir) => writeFileSync(join(dataDir, 'spanwatch.db'), garbage) }),
    /spanwatch\.db/,
  ],
  [
    'a data folder that another process holds',
    () => ({
      spoil: (dataDir) => {
        mkdirSync(join(dataDir, 'state'));
        cleanups.push(lockFolder(join(dataDir, 'state/lock')));
      },
    }),
    /held by another process/,
  ],
  [
    'a history that can be neither read nor put aside',
    () => ({
      spoil: (dataDir) => {
        writeFileSync(join(dataDir, 'history.db'), garbage);
        mkdirSync(join(dataDir, 'history.db.aside'));
      },
    }),
    /history\.db/,
  ],
  [
    'a data folder that is a file',
    () => ({
      spoil: (dataDir) => {
        rmSync(dataDir, { recursive: true });
        writeFileSync(dataDir, '');
      },
    }),
    /the folder (.*)\/state cannot be made: \1 is a file$/,
  ],
  // Node's own way to make folders never returns there.
  [
    'a data folder that cannot be made',
    () => ({ lines: ['dataDir: /proc/spanwatch/data'] }),
    /the folder \/proc\/spanwatch\/data\/state cannot be made: ENOENT at \/proc\/spanwatch$/,
  ],
  ['a model that is not there', () => ({ lines: ['model: /nowhere/model'] }), /\/nowhere\/model/],
])('%s: the start fails with one line and exit code 1, within seconds', async (_, hinder, message) => {
  const { lines = [], spoil } = await hinder();
  const { folder, dataDir, config } = workplace(lines);
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(dataDir);
  spoil?.(dataDir);
  const { code, signal, stderr, tookMs } = await run(config);
  expect({ code, signal }, stderr).toEqual({ code: 1, signal: null });
  const said = stderr.trimEnd().split('\n');
  // What was found broken is logged besides, as an error.
  expect(said.filter((line) => !line.startsWith('{"level":"error"'))).toEqual([
    expect.stringMatching(message),
  ]);
  expect(tookMs).toBeLessThan(HANGS_AFTER_MS / 2);
});
