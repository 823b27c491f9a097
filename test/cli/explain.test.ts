import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { encodeOtlpJson, encodeOtlpProto, oneTrace } from '../../src/simulator/index.ts';
import { runCli } from './run-cli.ts';
import { schemaErrors } from './schemas.ts';
import { delimitedProto, jaegerJson, otlpJsonLines, rootsOf, shopBatch, zipkinJson } from './shop-files.ts';

interface Explained {
  readonly traceId: string;
  readonly spans: number;
  readonly anomalous: boolean;
  readonly suspects: readonly { readonly service: string; readonly share: number }[];
  readonly evidence: readonly unknown[];
  readonly criticalPath: readonly {
    readonly spanId: string;
    readonly fromUs: number;
    readonly toUs: number;
  }[];
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spanwatch-formats-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const batch = shopBatch({ seconds: 10, tracesPerSecond: 3 });
const roots = rootsOf(batch);

const FILES: readonly (readonly [string, () => string | Uint8Array])[] = [
  ['OTLP JSON lines', () => otlpJsonLines(batch)],
  ['OTLP JSON', () => encodeOtlpJson(batch)],
  ['OTLP protobuf', () => encodeOtlpProto(batch)],
  ['length-delimited OTLP protobuf', () => delimitedProto(batch)],
  ['Jaeger JSON', () => jaegerJson(batch)],
  ['Zipkin JSON', () => zipkinJson(batch)],
];

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name.replaceAll(' ', '-'));
  writeFileSync(path, content);
  return path;
}

async function explain(args: readonly string[]): Promise<Explained[]> {
  const { code, stdout, stderr } = await runCli(['explain', '--json', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Explained)
    .sort((a, b) => (a.traceId < b.traceId ? -1 : 1));
}

const pathsOf = (explained: readonly Explained[]) =>
  explained.map(({ traceId, spans, criticalPath }) => ({ traceId, spans, criticalPath }));

describe('explain reads', () => {
  let expected: Explained[] = [];
  beforeAll(async () => {
    expected = await explain([file('expected.jsonl', otlpJsonLines(batch))]);
  });

  it.each(FILES)('%s, with the same critical paths', async (name, content) => {
    expect(pathsOf(await explain([file(name, content())]))).toEqual(pathsOf(expected));
  });

  it.each(FILES)('%s, gzipped', async (name, content) => {
    expect(pathsOf(await explain([file(`${name}.gz`, gzipSync(content()))]))).toEqual(pathsOf(expected));
  });

  it('several files as one', async () => {
    const lines = otlpJsonLines(batch).trimEnd().split('\n');
    const half = Math.ceil(lines.length / 2);
    const first = file('first.jsonl', lines.slice(0, half).join('\n'));
    const second = file('second.jsonl', lines.slice(half).join('\n'));
    expect(await explain([second, first])).toEqual(expected);
  });
});

describe.each([
  ['without a model', []],
  ['with a model', ['--model', 'models/demo']],
] as const)('explain --json %s', (_, args) => {
  let explained: Explained[] = [];
  beforeAll(async () => {
    explained = await explain([file('spans.jsonl', otlpJsonLines(batch)), ...args]);
  });

  it('keeps to its schema', () => {
    const errorsOf = schemaErrors('explain');
    expect(explained.flatMap(errorsOf)).toEqual([]);
    expect(explained.length).toBeGreaterThan(20);
  });

  it('divides every instant of the root over the critical path, last section first', () => {
    const complete = explained.filter(({ traceId }) => roots.has(traceId));
    expect(complete.length).toBeGreaterThan(20);
    for (const { traceId, criticalPath } of complete) {
      const root = roots.get(traceId);
      expect([criticalPath.at(-1)?.fromUs, criticalPath[0].toUs]).toEqual([root?.fromUs, root?.toUs]);
      for (const [i, section] of criticalPath.entries()) {
        expect(section.toUs).toBeGreaterThan(section.fromUs);
        if (i > 0) expect(section.toUs).toBe(criticalPath[i - 1].fromUs);
      }
    }
  });

  it('names suspects for every trace, with shares of at most 1 together', () => {
    for (const { suspects } of explained) {
      expect(suspects.length).toBeGreaterThan(0);
      expect(suspects.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-9);
      const shares = suspects.map(({ share }) => share);
      expect(shares).toEqual(shares.toSorted((a, b) => b - a));
    }
  });
});

describe('broken records', () => {
  it('are named by file and line, and the rest goes on', async () => {
    const lines = otlpJsonLines(batch).trimEnd().split('\n');
    const whole = await explain([file('whole.jsonl', lines.join('\n'))]);
    const broken = [...lines];
    broken.splice(1, 0, '{"resourceSpans": [}', 'not a line of ours');
    const path = file('broken.jsonl', broken.join('\n'));
    const { code, stdout, stderr } = await runCli(['explain', '--json', path]);
    expect(code).toBe(0);
    expect(stderr.split('\n').filter((line) => line.startsWith(`${path}:`))).toEqual([
      expect.stringMatching(/broken\.jsonl:2: /),
      expect.stringMatching(/broken\.jsonl:3: /),
    ]);
    expect(stdout.trimEnd().split('\n')).toHaveLength(whole.length);
  });

  it('beyond ten are counted', async () => {
    const path = file('many.jsonl', `${otlpJsonLines(batch)}${'{"resourceSpans": [}\n'.repeat(25)}`);
    const { code, stderr } = await runCli(['explain', '--json', path]);
    expect(code).toBe(0);
    expect(stderr.match(/many\.jsonl:\d+:/g)).toHaveLength(10);
    expect(stderr).toMatch(/and 15 more problems/);
  });

  it('without a trace id are left out and counted', async () => {
    const line = (start: string, end: string, id: string) =>
      `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]},"scopeSpans":[{"spans":[{"traceId":"${id.repeat(32)}","spanId":"${id.repeat(16)}","name":"x","startTimeUnixNano":"${start}","endTimeUnixNano":"${end}"}]}]}]}`;
    const good = line('1767603600000000000', '1767603600100000000', '1');
    const zeroId = line('1767603600000000000', '1767603600100000000', '0');
    const path = file('zero.jsonl', `${good}\n${zeroId}\n`);
    const { code, stdout, stderr } = await runCli(['explain', '--json', path]);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/1 span was unusable/);
  });
});

describe('explain tells a person', () => {
  it('whom to blame, why and by how much, in a sentence', async () => {
    const slow = new SpanBatch(new Names());
    oneTrace({ seed: 3, startMs: Date.UTC(2026, 0, 5, 9), causes: [{ kind: 'self', addMs: 1500 }] }, slow);
    const model = join(import.meta.dirname, '..', '..', 'models', 'demo');
    const { code, stdout } = await runCli([
      'explain',
      file('slow.jsonl', encodeOtlpJson(slow)),
      '--model',
      model,
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^trace [0-9a-f]{32}: \d+ spans, .* s \(usually \d+ ms\), ANOMALOUS/);
    expect(stdout).toMatch(/\n {2}\S+ \(demo\/shop\) is slow: \+1\.\d s\n/);
    expect(stdout).toMatch(/\n {2}since when is not known: no other trace of it/);
    expect(stdout).toMatch(/\n {2}how sure: a million to one that something is wrong; clearly \S+ \(/);
    expect(stdout).toMatch(/\n {4}1\. \S+ \d+%: the time goes in its own code \(1\.\d s against .*\)\n/);
    expect(stdout).toMatch(
      /\n {2}why not its neighbours:\n {4}storefront, which it calls: its own time is 8.5 ms, usually 8.8 ms\n/,
    );
    expect(stdout).toMatch(/\n {4}own time of .*: 1\.\d s against .*x\)\n/);
    expect(stdout).not.toContain(' 0%: ');
  });

  it('in the language of the configuration', async () => {
    const slow = new SpanBatch(new Names());
    oneTrace({ seed: 3, startMs: Date.UTC(2026, 0, 5, 9), causes: [{ kind: 'self', addMs: 1500 }] }, slow);
    const spans = file('slow.jsonl', encodeOtlpJson(slow));
    const model = join(import.meta.dirname, '..', '..', 'models', 'demo');
    const { stdout } = await runCli([
      ...['explain', spans, '--model', model, '-c', file('zh.yaml', 'locale: zh\n')],
    ]);
    expect(stdout).toMatch(/^链路 [0-9a-f]{32}：/);
    expect(stdout).toMatch(/\n {2}为什么不是它的邻居：\n/);
    expect(stdout).not.toMatch(/suspects|critical path|since/);
  });

  it('of the traces that were asked for alone, however their ids are written', async () => {
    const path = file('spans.jsonl', otlpJsonLines(batch));
    const [first, second] = [...roots.keys()];
    const all = await explain([path]);
    const asked = await explain([path, '--trace', first, '--trace', second.toUpperCase()]);
    expect(asked).toEqual(all.filter(({ traceId }) => traceId === first || traceId === second));
    expect(asked).toHaveLength(2);
  });

  it('that a trace is not there, or is no trace id', async () => {
    const path = file('spans.jsonl', otlpJsonLines(batch));
    const absent = await runCli(['explain', path, '--trace', 'f'.repeat(32)]);
    expect(absent).toMatchObject({ code: 1, stderr: expect.stringContaining('f'.repeat(32)) as string });
    const no = await runCli(['explain', path, '--trace', 'checkout']);
    expect(no).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"checkout" is not a trace id') as string,
    });
  });

  it('that nothing stands out', async () => {
    const model = join(import.meta.dirname, '..', '..', 'models', 'demo');
    const path = file('quiet.jsonl', otlpJsonLines(batch));
    const { stdout } = await runCli(['explain', path, '--model', model]);
    expect(stdout).toMatch(/^trace [0-9a-f]{32}: \d+ spans, \S+ m?s \(usually \S+ m?s\), score 0\.\d\d\n/);
    expect(stdout).toMatch(/\n {2}nothing stands out: no suspect\n/);
    const ordinary = stdout.split('\n\n').filter((trace) => trace.includes('nothing stands out'));
    expect(ordinary.filter((trace) => trace.includes('1. '))).toEqual([]);
  });

  it('without a model who took how much of the time, and nothing of what is usual', async () => {
    const { stdout } = await runCli(['explain', file('quiet.jsonl', otlpJsonLines(batch))]);
    expect(stdout).toMatch(/^trace [0-9a-f]{32}: \d+ spans, \S+ m?s\n {2}1\. .* \d+% of the critical path\n/);
    expect(stdout).not.toMatch(/score|stands out/);
  });
});
