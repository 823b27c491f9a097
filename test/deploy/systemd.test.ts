import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readText, ROOT } from './deploy-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'spanwatch-systemd-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ANALYZE = '/usr/bin/systemd-analyze';
const [, unit = ''] = /```ini\n(\[Unit\][^`]+)```/.exec(readText(`${ROOT}docs/operations.md`)) ?? [];

/** What systemd says of a unit; nothing when all is right. A key that it does not know it only mentions. */
function verify(text: string): string {
  const path = join(folder, 'spanwatch.service');
  // Node is where it is here, and so that the user need not exist.
  writeFileSync(path, text.replace('/usr/bin/node', process.execPath).replace('User=spanwatch', 'User=root'));
  const { stdout, stderr } = spawnSync(ANALYZE, ['verify', path], { encoding: 'utf8' });
  return `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line.includes('spanwatch.service'))
    .join('\n');
}

// Debian's systemd is on servers; a container or a Mac has none.
describe.skipIf(!existsSync(ANALYZE))('the systemd unit of docs/operations.md', () => {
  it('has nothing that systemd does not know', () => {
    expect(unit).toContain('ExecStart=/usr/bin/node bin/spanwatch.js run');
    expect(verify(unit)).toBe('');
    expect(verify(unit.replace('NoNewPrivileges', 'NoNewPrivilege'))).toContain('NoNewPrivilege');
  });

  it('leaves little to a process that was taken over', () => {
    verify(unit);
    const report = execFileSync(
      ANALYZE,
      ['security', '--no-pager', '--offline=true', join(folder, 'spanwatch.service')],
      { encoding: 'utf8' },
    );
    const exposure = Number(/Overall exposure level for spanwatch\.service: ([\d.]+)/.exec(report)?.[1]);
    expect(exposure).toBeLessThan(5);
  });
});
