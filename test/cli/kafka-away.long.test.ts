import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from '../servers/rig/ports.ts';
import { runCli } from './run-cli.ts';

// Long: the client tries for ten seconds.
it('learning from a broker that is away ends with a line that says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spanwatch-away-'));
  const config = join(folder, 'spanwatch.yaml');
  const broker = `127.0.0.1:${await freePort()}`;
  writeFileSync(
    config,
    `sources: [{ name: k, type: kafka, brokers: ["${broker}"], topics: [spans], groupId: g }]\n`,
  );
  const args = ['learn', '-c', config, '--from-source', 'k', '--from', '-1h', '-o', join(folder, 'model')];
  const { code, stderr } = await runCli(args);
  rmSync(folder, { recursive: true });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^spanwatch learn: source k: .*ECONNREFUSED.* \(brokers 127\.0\.0\.1:\d+\)\n$/m);
});
