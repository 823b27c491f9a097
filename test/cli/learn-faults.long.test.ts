import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../../src/simulator/index.ts';
import { writeCapture } from '../../src/simulator/capture.ts';
import { runCli } from './run-cli.ts';

const START_MS = Date.UTC(2026, 0, 5, 9);
const usual = { seed: 7, tracesPerSecond: 5 };
/** Two minutes in eight: a quarter of what is learned, in more spells than the fit drops. */
const spells = [1, 2, 3, 4, 5].reduce(
  (script, n) => script.at(300 + 480 * n).slow('payment', { addMs: 350 }, 120),
  at(300).slow('payment', { addMs: 350 }, 120),
);

let folder = '';
const path = (name: string): string => join(folder, name);
const incidentsOf = async (model: string): Promise<string> => {
  const { code, stdout } = await runCli(['replay', path('fault.jsonl.gz'), '--model', path(model)]);
  expect(code).toBe(0);
  return stdout;
};
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spanwatch-faults-'));
  const learned = { ...usual, startMs: START_MS, seconds: 3000, script: spells };
  await writeCapture({ ...learned, path: path('learned.jsonl.gz') });
  const script = at(240).slow('payment', { addMs: 350 }, 120);
  await writeCapture({
    ...usual,
    startMs: START_MS + 7_200_000,
    seconds: 480,
    script,
    path: path('fault.jsonl.gz'),
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('learning from spans that hold a fault', () => {
  it('says so; learned as it advises, the model finds the fault that it was blind to', async () => {
    const first = await runCli(['learn', path('learned.jsonl.gz'), '-o', path('blind')]);
    expect(first.code).toBe(0);
    expect(first.stderr).toContain('6 stretches of what was learned are unlike the rest');
    expect(first.stderr).toMatch(
      /2026-01-05 09:05:00 UTC to 09:07 UTC: own time of payment \(demo\/shop\) Payment\/Charge 3\d\d ms, otherwise 9\.\d ms.*; the same again may be MISSED/,
    );
    expect(await incidentsOf('blind')).not.toMatch(/P[0-2] payment/);

    const advised = [...first.stderr.matchAll(/--exclude (\S+)/g)].flatMap(([, each]) => ['--exclude', each]);
    expect(advised).toHaveLength(12);
    const again = await runCli(['learn', path('learned.jsonl.gz'), '-o', path('seeing'), ...advised]);
    expect(again.code).toBe(0);
    expect(again.stderr).not.toContain('unlike the rest');
    expect(await incidentsOf('seeing')).toMatch(/P[0-2] payment/);
  });

  it('says so in the language of the configuration', async () => {
    writeFileSync(path('zh.yaml'), 'locale: zh\n');
    const { stderr } = await runCli([
      'learn',
      path('learned.jsonl.gz'),
      '-o',
      path('blind'),
      '-c',
      path('zh.yaml'),
    ]);
    expect(stderr).toContain('学到的数据中有 6 段与其余部分明显不同');
    expect(stderr).toContain('再次出现时可能漏报');
  });
});
