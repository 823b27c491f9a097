import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installCollector } from '../rig/collector.ts';
import { haveServers } from '../rig/index.ts';
import { prometheusTool } from '../rig/prometheus.ts';
import { runTool } from '../rig/tool.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const COMPOSE = join(ROOT, 'deploy', 'compose');

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'spanwatch-deploy-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file of deploy/compose, changed, in a folder of its own. */
function changed(name: string, changes: Readonly<Record<string, string>>): string {
  let text = readFileSync(join(COMPOSE, name), 'utf8');
  for (const [from, to] of Object.entries(changes)) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe.skipIf(!(await haveServers('collector', 'prometheus')))('the stack, by its own programs', () => {
  it('has a configuration that the real Collector takes', async () => {
    const collector = join(await installCollector(), 'otelcol');
    const validate = (path: string): Promise<string> =>
      runTool(collector, ['validate', `--config=${path}`], { cwd: folder });
    await validate(join(COMPOSE, 'collector.yaml'));
    const broken = changed('collector.yaml', { partition_traces_by_id: 'partition_traces_by_idea' });
    await expect(validate(broken)).rejects.toThrow(/partition_traces_by_idea/);
  });

  it('has a configuration and rules that the real Prometheus takes', async () => {
    const promtool = await prometheusTool('promtool');
    const check = (path: string): Promise<string> =>
      runTool(promtool, ['check', 'config', path], { cwd: folder });
    writeFileSync(join(folder, 'http-token'), 'f'.repeat(64));
    const here = {
      '/etc/prometheus/spanwatch': join(ROOT, 'dashboards', 'prometheus'),
      '/run/secrets': folder,
    };
    expect(await check(changed('prometheus.yaml', here))).toMatch(/SUCCESS: \d+ rules found/);
    const broken = changed('prometheus.yaml', { ...here, 'rules.yaml': 'rulers.yaml' });
    await expect(check(broken)).rejects.toThrow(/rulers.yaml/);
  });
});
