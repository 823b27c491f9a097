import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/domain/report.ts';
import { encodeOtlpProto, at } from '../../src/simulator/index.ts';
import { runCli } from '../cli/run-cli.ts';
import { schemaErrors } from '../cli/schemas.ts';
import { delimitedProto, jaegerJson, otlpJsonLines, shopBatch, zipkinJson } from '../cli/shop-files.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spanwatch-learn-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name.replaceAll(' ', '-'));
  writeFileSync(path, content);
  return path;
}

describe('learn reads', () => {
  const batch = shopBatch({ seconds: 300, tracesPerSecond: 2 });
  const files: readonly (readonly [string, () => string | Uint8Array])[] = [
    ['OTLP JSON lines', () => otlpJsonLines(batch)],
    ['OTLP JSON lines, gzipped', () => gzipSync(otlpJsonLines(batch))],
    ['OTLP protobuf', () => encodeOtlpProto(batch)],
    ['length-delimited OTLP protobuf', () => delimitedProto(batch)],
    ['Jaeger JSON', () => jaegerJson(batch)],
    ['Zipkin JSON', () => zipkinJson(batch)],
  ];
  it.each(files)('%s', async (name, content) => {
    const model = join(folder, `model of ${name}`);
    const { code, stdout, stderr } = await runCli(['learn', file(name, content()), '-o', model]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/: \d\d+ components of \d\d services, /);
    expect(await runCli(['replay', file(name, content()), '--model', model])).toMatchObject({ code: 0 });
  });

  it('and says in one line why the model cannot be written', async () => {
    const output = join(file('no-folder', ''), 'model');
    const { code, stderr } = await runCli([
      'learn',
      file('unwritten.jsonl', otlpJsonLines(batch)),
      '-o',
      output,
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /the model cannot be written to .*no-folder.model \(the folder .*no-folder cannot be made: it is a file\)\n$/,
    );
  });

  it('only the range that it is told', async () => {
    const path = file('range.jsonl', otlpJsonLines(batch));
    const range = ['--from', '2026-01-05T09:01:00Z', '--to', '2026-01-05T09:04:00Z'];
    const { stdout, stderr } = await runCli(['learn', path, '-o', join(folder, 'range'), ...range]);
    expect(stderr).toMatch(/only 3 minutes: less than half an hour says little/);
    expect(stdout).toMatch(/2026-01-05T09:01:0\d\.\d+Z to 2026-01-05T09:0(3:5\d|4:00)\.\d+Z/);
  });
});

describe('replay of a fault', () => {
  const batch = shopBatch({
    seconds: 420,
    tracesPerSecond: 12,
    script: at(120).slow('payment', { addMs: 350 }, 150),
  });
  let path = '';
  beforeAll(() => {
    path = file('fault.jsonl.gz', gzipSync(otlpJsonLines(batch, 500)));
  });
  const errorsOf = schemaErrors('report');

  it('writes a report by its schema, the same bytes each time', async () => {
    const out = (name: string) => join(folder, name);
    const first = await runCli(['replay', path, '--model', 'models/demo', '--report', out('a.json')]);
    const second = await runCli(['replay', path, '--model', 'models/demo', '--report', out('b.json')]);
    expect(first.code).toBe(0);
    expect(second.stdout).toBe(first.stdout);
    const bytes = readFileSync(out('a.json'), 'utf8');
    expect(readFileSync(out('b.json'), 'utf8')).toBe(bytes);
    const report = JSON.parse(bytes) as Report;
    expect(errorsOf(report)).toEqual([]);
    expect(report.incidents).toHaveLength(1);
    const [incident] = report.incidents;
    expect(incident.suspects[0].service).toBe('payment');
    expect(incident.suspects.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-9);
    expect(incident.openings[0].openedAt).toBe(incident.openedAt);
    expect(incident.resolvedAt).not.toBeNull();
    expect(report.budget.observed).toBe(incident.openings.length);
    expect(report.input.spans).toBe(batch.length);
  });

  it('writes nothing else to standard output with --report -', async () => {
    const { code, stdout } = await runCli(['replay', path, '--model', 'models/demo', '--report', '-']);
    expect(code).toBe(0);
    expect(errorsOf(JSON.parse(stdout))).toEqual([]);
  });

  it('says in the configured language what chat would say', async () => {
    const config = file('zh.yaml', 'locale: zh\n');
    const english = await runCli(['replay', path, '--model', 'models/demo']);
    const chinese = await runCli(['replay', path, '--model', 'models/demo', '-c', config]);
    expect(english.stdout).toMatch(/payment/);
    expect(english.stdout).not.toMatch(/\p{Script=Han}/u);
    expect(chinese.stdout).toMatch(/\p{Script=Han}/u);
  });

  it('judges nothing outside the range that it is told', async () => {
    const args = ['--model', 'models/demo', '--report', '-', '--to', '2026-01-05T09:01:50Z'];
    const { stdout } = await runCli(['replay', path, ...args]);
    const report = JSON.parse(stdout) as Report;
    expect(report.incidents).toEqual([]);
    expect(report.input.to! < '2026-01-05T09:01:51').toBe(true);
  });
});
