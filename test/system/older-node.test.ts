import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { REPOSITORY } from '../../bench/verify/spanwatch-process.ts';
import { until, workplace } from './service.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Says of itself that it is an older Node, so that bin/spanwatch.js looks for the packaged one. */
const OLDER = `
const versions = { ...process.versions, node: '20.0.0' };
globalThis.process = new Proxy(process, {
  get: (target, name) => {
    if (name === 'versions') return versions;
    const value = Reflect.get(target, name);
    return typeof value === 'function' ? value.bind(target) : value;
  },
});
`;

async function started() {
  const { folder, config } = workplace();
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const preload = join(folder, 'older.mjs');
  writeFileSync(preload, OLDER);
  const bin = join(REPOSITORY, 'bin/spanwatch.js');
  const wrapper = spawn(process.execPath, ['--import', preload, bin, 'run', '-c', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  cleanups.push(() => wrapper.kill('SIGKILL'));
  let log = '';
  wrapper.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = new Promise<number | null>((resolve) => wrapper.once('exit', resolve));
  const line = (): string | undefined =>
    log.split('\n').find((text) => text.includes('"spanwatch is running"') && text.endsWith('}'));
  await until('that it runs', () => line() !== undefined);
  const { sources } = JSON.parse(line() ?? '') as { sources: { otlp: number } };
  const pid = childOf(wrapper.pid ?? 0);
  cleanups.push(() => isAlive(pid) && process.kill(pid, 'SIGKILL'));
  expect(isAlive(pid)).toBe(true);
  return { wrapper, ended, pid, port: sources.otlp, log: () => log };
}

/** The only child of a process (proc(5), Linux). */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Rejects when it is taken. */
function listenOnce(port: number): Promise<void> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  });
}

it('a kill of the older Node ends the one that it started, in order, and frees the port', async () => {
  const { wrapper, pid, port, log } = await started();
  wrapper.kill('SIGKILL');
  await until('the end of the service', () => !isAlive(pid));
  expect(log()).toContain('"stopped"');
  await listenOnce(port);
});

it('a SIGTERM to the older Node is passed on, and the exit code handed back', async () => {
  const { wrapper, ended, pid, log } = await started();
  wrapper.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(log()).toContain('"stopped"');
  expect(isAlive(pid)).toBe(false);
});
