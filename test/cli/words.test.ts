import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fullParts } from '../http/full-parts.ts';
import { createTestServer, testRuntime } from '../http/test-server.ts';
import { runCli } from './run-cli.ts';

let folder = '';
const file = (...lines: string[]): string => {
  const path = join(folder, 'spanwatch.yaml');
  writeFileSync(path, `dataDir: ${folder}\n${lines.join('\n')}\n`);
  return path;
};
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'spanwatch-cli-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('models', () => {
  it('says that there are no versions', async () => {
    expect(await runCli(['models', 'list', '-c', file()])).toEqual({
      code: 0,
      stdout: `no versions yet in ${join(folder, 'models')}\n`,
      stderr: '',
    });
  });

  it.each(['nosuch', '../nosuch'])('names one that there is not: %s', async (name) => {
    const { code, stderr } = await runCli(['models', 'rollback', name, '-c', file()]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^spanwatch models: cannot go back to ".*nosuch": no such model\b.*\n$/);
  });

  it('so does a configuration', async () => {
    const { code, stdout } = await runCli(['check', '-c', file('model: /nowhere/model')]);
    expect(code).toBe(1);
    expect(stdout).toContain('WRONG model: no such model: there is no folder /nowhere/model\n');
  });
});

describe('beside a running service', () => {
  const own = { token: 'a-token-of-the-api' };

  async function running(work: (url: URL) => Promise<void>): Promise<void> {
    const { parts } = await fullParts(testRuntime());
    const server = createTestServer(own, { status: () => parts.status() });
    await server.start();
    try {
      await work(new URL(server.url));
    } finally {
      await server.shutdown();
    }
  }

  it('what the API says is wrong is one line of text', async () => {
    await running(async ({ origin, port }) => {
      const config = file(`http: { port: ${port}, token: another-token-than-that }`);
      expect(await runCli(['silence', 'list', '-c', config])).toEqual({
        code: 1,
        stdout: '',
        stderr: `spanwatch silence: ${origin} answers 401 Unauthorized: a valid bearer token is needed\n`,
      });
    });
  });

  it('check --connect knows its own API, and nobody else', async () => {
    const sourceAt = (port: string): string => `sources: [{ name: otlp, type: otlp-http, port: ${port} }]`;
    const check = async (...lines: string[]): Promise<string> =>
      (await runCli(['check', '--connect', '-c', file(...lines)])).stdout;
    await running(async ({ port }) => {
      const squatter = createServer().listen(0, '127.0.0.1');
      await once(squatter, 'listening');
      const source = String((squatter.address() as AddressInfo).port);
      expect(await check(`http: { port: ${port}, token: ${own.token} }`, sourceAt(source))).toContain(
        `WRONG source otlp: 127.0.0.1:${source}: a spanwatch of this configuration is running, and took 0 spans there since its start\n`,
      );
      expect(await check(`http: { port: ${port}, token: ${own.token} }`, sourceAt('0'))).toContain(
        `WARN  http: 127.0.0.1:${port}: a spanwatch of this configuration is running\n`,
      );
      expect(await check(`http: { port: ${port}, token: of-somebody-else }`, sourceAt(source))).toContain(
        'somebody listens there already',
      );
      squatter.close();
    });
    expect(await check('http: { port: 0 }', sourceAt('0'))).toContain(
      'ok    source otlp: 127.0.0.1:0, any free port\n',
    );
  });
});
