import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Names } from '../../../src/domain/names.ts';
import { createFormats } from '../../../src/formats/index.ts';
import {
  createFileCounts,
  readSpanFiles,
  type FileProblem,
  type ReadOptions,
} from '../../../src/sources/file/index.ts';
import { encodeJson, encodeProto, testSpan, type TestGroup } from '../../formats/otlp-messages.ts';
import { spanViews } from '../../formats/span-view.ts';

const BASE_S = 1_700_000_000;

/** A message of one span that ends `endS` seconds after the base; its name says so. */
function at(endS: number, changes = {}): TestGroup[] {
  const endNs = BigInt(Math.round((BASE_S + endS) * 1e6)) * 1000n;
  const span = testSpan({
    name: `end ${String.fromCharCode(97 + (Math.floor(endS) % 26))}`,
    startNs: endNs - 1_000_000n,
    endNs,
    ...changes,
  });
  return [{ resource: { 'service.name': 'cart' }, spans: [span] }];
}

const json = (endS: number) => encodeJson(at(endS));
const lines = (...ends: number[]) => ends.map((end) => json(end) + '\n').join('');
const usOf = (endS: number) => (BASE_S + endS) * 1e6;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'span-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function file(content: string | Uint8Array): Promise<string> {
  const path = join(folder, `file-${files++}`);
  await writeFile(path, content);
  return path;
}

async function read(paths: string[], options: Partial<ReadOptions> = {}) {
  const formats = createFormats(new Names());
  const counts = createFileCounts();
  const problems: FileProblem[] = [];
  const records = [];
  const all = { formats, counts, onProblem: (problem: FileProblem) => problems.push(problem), ...options };
  for await (const { file, batch, arrivalUs } of readSpanFiles(paths, all))
    records.push({ file, arrivalS: arrivalUs / 1e6 - BASE_S, spans: spanViews(batch) });
  return { records, arrivals: records.map((record) => record.arrivalS), counts, problems };
}

function prefixed(messages: Uint8Array[], prefix: (length: number) => Uint8Array): Buffer {
  return Buffer.concat(messages.flatMap((message) => [prefix(message.length), message]));
}

function uint32(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

const varint = (length: number) =>
  Buffer.from(length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7]);

const jaegerTrace = (traceID: string, ...ends: number[]) => ({
  traceID,
  spans: ends.map((end, i) => ({
    traceID,
    spanID: `${i + 1}`,
    operationName: 'op',
    startTime: usOf(end) - 1000,
    duration: 1000,
    processID: 'p1',
  })),
  processes: { p1: { serviceName: 'cart', tags: [] } },
});
const zipkinSpan = (id: string, end: number) => ({
  traceId: '1',
  id,
  timestamp: usOf(end) - 1000,
  duration: 1000,
  localEndpoint: { serviceName: 'cart' },
});

describe('readSpanFiles', () => {
  const two = [encodeProto(at(1)), encodeProto(at(2))];
  it.each<[string, string | Uint8Array, number[]]>([
    ['OTLP JSON lines', lines(1, 2, 3), [1, 2, 3]],
    ['OTLP JSON lines of Windows, with blank ones', json(1) + '\r\n\r\n \n' + json(2), [1, 2]],
    [
      'one OTLP JSON object, pretty',
      JSON.stringify(JSON.parse(encodeJson([...at(1), ...at(3)])), null, 2),
      [1, 3],
    ],
    ['one OTLP JSON object on one line', encodeJson([...at(3), ...at(1), ...at(1.25)]), [1.25, 3]],
    ['OTLP protobuf', encodeProto([...at(2), ...at(1)]), [1, 2]],
    ['OTLP protobuf with varint lengths', prefixed(two, varint), [1, 2]],
    ["OTLP protobuf with the Collector's lengths", prefixed(two, uint32), [1, 2]],
    [
      'a Jaeger export',
      JSON.stringify({ data: [jaegerTrace('b', 5, 9), jaegerTrace('a', 6, 7)] }, null, 1),
      [7, 9],
    ],
    ['one Jaeger trace', JSON.stringify(jaegerTrace('a', 2, 1)), [2]],
    [
      'a Jaeger trace a line',
      [jaegerTrace('a', 1), jaegerTrace('b', 2)].map((t) => JSON.stringify(t)).join('\n'),
      [1, 2],
    ],
    [
      'a Zipkin array',
      JSON.stringify([zipkinSpan('1', 2.5), zipkinSpan('2', 1), zipkinSpan('3', 2.75)]),
      [1, 2.75],
    ],
    [
      'Zipkin arrays, one a line',
      [[zipkinSpan('1', 1), zipkinSpan('2', 2)], [zipkinSpan('3', 3)]]
        .map((a) => JSON.stringify(a))
        .join('\n'),
      [2, 3],
    ],
  ])('reads %s, plain and gzipped', async (_, content, arrivals) => {
    const plain = await read([await file(content)]);
    expect(plain.arrivals).toEqual(arrivals);
    expect(plain.problems).toEqual([]);
    const zipped = await read([await file(gzipSync(content))]);
    expect(zipped.records.map((r) => r.spans)).toEqual(plain.records.map((r) => r.spans));
  });

  it('keeps the spans of a record together and says what they are', async () => {
    const path = await file(
      encodeJson([{ resource: { 'service.name': 'a' }, spans: [testSpan(), testSpan()] }]) + '\n' + json(5),
    );
    const { records, counts } = await read([path]);
    expect(records[0].spans).toHaveLength(2);
    expect(records[0]).toMatchObject({ file: path });
    expect(records[0].spans[0].service.name).toBe('a');
    expect(counts).toMatchObject({ spans: 3, records: 2, rejected: 0, broken: 0 });
    expect(counts.bytesRead).toBe(counts.bytesTotal);
  });

  it('reads gzip of several members', async () => {
    const path = await file(Buffer.concat([gzipSync(lines(1)), gzipSync(lines(2, 3))]));
    expect((await read([path])).arrivals).toEqual([1, 2, 3]);
  });

  it('reads standard input, in whatever pieces it comes', async () => {
    const bytes = Buffer.from(lines(1, 2, 3));
    const stdin = (async function* () {
      await Promise.resolve();
      for (let i = 0; i < bytes.length; i += 7) yield bytes.subarray(i, i + 7);
    })();
    expect((await read(['-'], { stdin })).arrivals).toEqual([1, 2, 3]);
  });

  it('reads gzipped protobuf from standard input byte by byte', async () => {
    const bytes = gzipSync(prefixed([encodeProto(at(1)), encodeProto(at(2))], uint32));
    const stdin = (async function* () {
      await Promise.resolve();
      for (const byte of bytes) yield Buffer.from([byte]);
    })();
    expect((await read(['-'], { stdin })).arrivals).toEqual([1, 2]);
  });

  it('sorts records within its buffer, and counts what comes later than that', async () => {
    const path = await file(lines(3, 1, 2, 5, 4));
    expect((await read([path])).arrivals).toEqual([1, 2, 3, 4, 5]);
    const small = await read([await file(lines(1, 2, 3, 4, 0.5, 5))], { maxBufferedRecords: 1 });
    expect(small.arrivals).toEqual([1, 2, 3, 0.5, 4, 5]);
    expect(small.counts.outOfOrder).toBe(1);
  });

  it('bounds its buffer by bytes too', async () => {
    const { counts } = await read([await file(lines(2, 3, 4, 5, 6, 1))], { maxBufferedBytes: 2600 });
    expect(counts).toMatchObject({ records: 6, outOfOrder: 1 });
  });

  it('merges files by time, of whatever format', async () => {
    const a = await file(lines(1, 4));
    const b = await file(gzipSync(prefixed([encodeProto(at(2)), encodeProto(at(5))], varint)));
    const c = await file(JSON.stringify(jaegerTrace('a', 3)));
    const { records } = await read([a, b, c]);
    expect(records.map((r) => [r.file, r.arrivalS])).toEqual([
      [a, 1],
      [b, 2],
      [c, 3],
      [a, 4],
      [b, 5],
    ]);
  });

  it('leaves out spans that end outside of the times asked for', async () => {
    const { arrivals, counts } = await read([await file(lines(1, 2, 3, 4))], {
      fromUs: usOf(2),
      toUs: usOf(4),
    });
    expect(arrivals).toEqual([2, 3]);
    expect(counts.skipped).toBe(2);
  });

  it('tells broken lines with their number and goes on', async () => {
    const path = await file(lines(1) + '{"resourceSpans":[{"res\n' + 'nonsense\n' + lines(2));
    const { arrivals, counts, problems } = await read([path]);
    expect(arrivals).toEqual([1, 2]);
    expect(counts.broken).toBe(2);
    expect(problems.map((p) => [p.file, p.line])).toEqual([
      [path, 2],
      [path, 3],
    ]);
    expect(problems[0].reason).toContain('not valid JSON');
  });

  it('goes on after a first line that is broken', async () => {
    const { arrivals, counts } = await read([
      await file('{"resourceSpans":[{"resource":{\n'.replace('{\n', '{"a\n') + lines(1, 2)),
    ]);
    expect(arrivals).toEqual([1, 2]);
    expect(counts.broken).toBe(1);
  });

  it('counts spans that cannot be used, and says why', async () => {
    const bad = encodeJson(at(1, { traceId: '00' }));
    const { counts, problems } = await read([await file(lines(1) + bad + '\n')]);
    expect(counts).toMatchObject({ spans: 1, rejected: 1, broken: 0 });
    expect(problems[0]).toMatchObject({
      line: 2,
      reason: 'a span is left out: resourceSpans[0].scopeSpans[0].spans[0]: trace id has 2 digits',
    });
  });

  it('leaves out a line that is too long, and no more', async () => {
    const { arrivals, problems } = await read([await file(lines(1) + 'x'.repeat(5000) + '\n' + lines(2))], {
      maxRecordBytes: 2000,
    });
    expect(arrivals).toEqual([1, 2]);
    expect(problems).toMatchObject([{ line: 2, reason: 'longer than 2000 bytes' }]);
  });

  it('tells a protobuf stream that is cut off, or lost', async () => {
    const stream = prefixed([encodeProto(at(1)), encodeProto(at(2))], uint32);
    const cut = await read([await file(stream.subarray(0, stream.length - 3))]);
    expect(cut.arrivals).toEqual([1]);
    expect(cut.problems).toMatchObject([{ line: 2, reason: 'the file ends within this message' }]);
    const lost = await read([await file(Buffer.concat([stream, Buffer.alloc(100, 0xff)]))]);
    expect(lost.arrivals).toEqual([1, 2]);
    expect(lost.problems[0].line).toBe(3);
  });

  it('reads a gzip that is cut off as far as it goes', async () => {
    const zipped = gzipSync(lines(1, 2, 3), { level: 0 });
    const { arrivals, counts } = await read([await file(zipped.subarray(0, zipped.length - 40))]);
    expect(arrivals).toEqual([1, 2]);
    expect(counts.broken).toBe(1);
  });

  it('tells a gzip that is broken in the middle', async () => {
    const zipped = Buffer.from(gzipSync(lines(...Array.from({ length: 2000 }, (_, i) => i))));
    zipped.fill(0xff, zipped.length - 2000, zipped.length - 1900);
    const { problems } = await read([await file(zipped)]);
    expect(problems.some((problem) => problem.reason.startsWith('cannot be read on from here'))).toBe(true);
  });

  it.each([
    ['a file that is not there', () => Promise.resolve(join(folder, 'nowhere')), 'no such file'],
    ['a folder', () => Promise.resolve(folder), 'is a folder'],
    ['text', () => file('hello\nworld\n'), 'not a trace file'],
    ['an image', () => file(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')), 'not a trace file'],
    [
      'broken gzip',
      () => file(Buffer.from('1f8b0861616161', 'hex')),
      'cannot be unpacked (unknown header flags set)',
    ],
    [
      'gzip that is broken from its first byte on',
      () => file(Buffer.concat([gzipSync(lines(1)).subarray(0, 10), Buffer.alloc(50, 0xff)])),
      'cannot be unpacked (invalid block type)',
    ],
    ['gzip in gzip', () => file(gzipSync(gzipSync(lines(1)))), 'not a trace file'],
  ])('refuses %s by name', async (_, make, reason) => {
    const path = await make();
    await expect(read([path])).rejects.toThrow(`${path}: ${reason}`);
  });

  it('says that a file is empty', async () => {
    for (const content of ['', '\n\n', gzipSync('')]) {
      const { records, problems } = await read([await file(content)]);
      expect(records).toEqual([]);
      expect(problems).toMatchObject([{ reason: 'the file is empty' }]);
    }
  });

  it('closes its files when the reader has enough', async () => {
    const path = await file(lines(...Array.from({ length: 5000 }, (_, i) => i)));
    for await (const record of readSpanFiles([path], {
      formats: createFormats(new Names()),
      maxBufferedRecords: 2,
    })) {
      expect(record.batch.length).toBe(1);
      break;
    }
    await rm(path);
  });
});
