import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'spanwatch-cli-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('check says with its line who hears nothing, and a file of owners that is not there', async () => {
  const path = join(folder, 'spanwatch.yaml');
  const lines = (owners: string): string =>
    `sources: [{ name: s, type: otlp-http }]
channels: [{ name: c, type: terminal }, { name: d, type: terminal }]
policy:
  routes: [{ channels: [c] }]
  ${owners}
`;
  writeFileSync(path, lines(''));
  const warned = await runCli(['check', '-c', path]);
  expect(warned).toMatchObject({ code: 0, stderr: '' });
  expect(warned.stdout).toContain(
    `WARN  configuration: ${path}:2:43: channels[1].name: no route names d: it hears of no incident\n`,
  );
  writeFileSync(path, lines(`ownersFile: ${folder}/OWNERS`));
  const wrong = await runCli(['check', '-c', path]);
  expect(wrong.code).toBe(1);
  expect(wrong.stdout).toContain(
    `WRONG owners: ${path}:5: policy.ownersFile: ${folder}/OWNERS cannot be read (ENOENT)`,
  );
});
