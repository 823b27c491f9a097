import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { REPOSITORY, runProcess, runSpanwatch } from '../../bench/verify/spanwatch-process.ts';
import { otlpJsonLines, shopBatch } from '../cli/shop-files.ts';

// What each command says is in test/cli; here is what only a process of its own can show.
let folder = '';
let spans = '';
const lines = otlpJsonLines(shopBatch({ seconds: 8, tracesPerSecond: 10 }));
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spanwatch-cli-'));
  spans = join(folder, 'spans.jsonl');
  writeFileSync(spans, lines);
});
afterAll(() => rmSync(folder, { recursive: true }));

it('exits with 0 when all is fine, 1 when it failed, 2 when its usage is wrong', async () => {
  expect(await runSpanwatch(['--version'])).toMatchObject({ code: 0, stderr: '' });
  const failed = await runSpanwatch(['explain', join(folder, 'absent')]);
  expect(failed.code).toBe(1);
  expect(failed.stderr).toMatch(/^spanwatch explain: .*absent.*\n$/);
  expect(await runSpanwatch(['explain'])).toMatchObject({ code: 2, stdout: '' });
});

it('ends though something that it uses was left open', async () => {
  const forgotten = 'data:text/javascript,setInterval(() => undefined, 1000)';
  const env = { NODE_OPTIONS: `--import="${forgotten}"` };
  const { code, stdout } = await runSpanwatch(['--version'], { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/\d/);
});

it('reads standard input, gzipped or not', async () => {
  const fromFile = await runSpanwatch(['explain', '--json', spans]);
  expect(fromFile).toMatchObject({ code: 0, stderr: '' });
  const plain = await runSpanwatch(['explain', '--json', '-'], { input: lines });
  const gzipped = await runSpanwatch(['explain', '--json', '-'], { input: gzipSync(lines) });
  expect([plain.stdout, gzipped.stdout]).toEqual([fromFile.stdout, fromFile.stdout]);
  expect(fromFile.stdout.split('\n').length).toBeGreaterThan(40);
});

it('says progress in plain lines where there is no terminal', async () => {
  const args = ['replay', spans, '--model', join(REPOSITORY, 'models/demo'), '--report', '-'];
  const { stdout, stderr } = await runSpanwatch(args);
  expect(stderr).toMatch(/^replaying: [\d,]+ spans in \d+\.\d s, [\d,]+ spans\/s\n$/);
  expect(stdout + stderr).not.toContain('\u001b');
});

it('ends quietly when the reader of its output goes away', async () => {
  const bin = join(REPOSITORY, 'bin/spanwatch.js');
  const script = 'set -o pipefail; "$0" "$1" explain "$2" --json | head -1 >/dev/null';
  const piped = await runProcess('bash', ['-c', script, process.execPath, bin, spans]);
  expect(piped).toMatchObject({ code: 0, stderr: '' });
});

it('runs the demo, once', async () => {
  const { code, stdout, stderr } = await runSpanwatch(['demo', '--once']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const culprit of [
    /^P\d payment .*→ card-processor is slow/m,
    /^P\d inventory .*is failing/m,
    /^P\d storefront .*skips/m,
  ])
    expect(stdout).toMatch(culprit);
  expect(stdout).toMatch(/Three faults, three incidents/);
});
