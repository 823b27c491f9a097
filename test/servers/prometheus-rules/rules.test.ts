import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runProcess } from '../../../bench/verify/spanwatch-process.ts';
import { haveServers } from '../rig/index.ts';
import { prometheusTool } from '../rig/prometheus.ts';

const RULES = join(import.meta.dirname, '..', '..', '..', 'dashboards', 'prometheus');

describe.skipIf(!(await haveServers('prometheus')))('rules about Spanwatch itself, by promtool', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  it('are rules', async () => {
    const tool = await prometheusTool('promtool');
    const { code, stdout } = await runProcess(tool, ['check', 'rules', 'alerts.yaml', 'rules.yaml'], {
      cwd: RULES,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/SUCCESS: 17 rules/);
  });

  it('pass their tests', async () => {
    const { code, stderr } = await runProcess(
      await prometheusTool('promtool'),
      ['test', 'rules', 'tests.yaml'],
      {
        cwd: RULES,
      },
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it.each(['> 120', '> 300', '> 600', '> 900', '> 86400', '> 0.9'])(
    'fail their tests when a threshold is turned: %s',
    async (limit) => {
      const folder = mkdtempSync(join(tmpdir(), 'spanwatch-rules-'));
      folders.push(folder);
      cpSync(RULES, folder, { recursive: true });
      const alerts = readFileSync(join(folder, 'alerts.yaml'), 'utf8');
      expect(alerts).toContain(limit);
      writeFileSync(join(folder, 'alerts.yaml'), alerts.replace(limit, limit.replace('>', '<')));
      const { code } = await runProcess(await prometheusTool('promtool'), ['test', 'rules', 'tests.yaml'], {
        cwd: folder,
      });
      expect(code).toBe(1);
    },
  );
});
