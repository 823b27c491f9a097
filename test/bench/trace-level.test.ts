import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CallPaths, cutOf } from '../../bench/detection/trace-level/call-paths.ts';
import { readSkyWalking } from '../../bench/detection/trace-level/deeptralog.ts';
import { readRequests } from '../../bench/detection/trace-level/delag.ts';
import type { FlatTrace } from '../../bench/detection/trace-level/flat-trace.ts';
import { learnedVerdicts } from '../../bench/detection/trace-level/learned-verdicts.ts';
import { readNpz } from '../../bench/detection/trace-level/npz.ts';
import { areaUnderCurve, confusionOf } from '../../bench/detection/trace-level/scores.ts';
import { readZip } from '../../bench/detection/trace-level/zip.ts';

/** An archive of deflated entries. */
function zipOf(entries: Readonly<Record<string, Buffer>>): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, data] of Object.entries(entries)) {
    const packed = deflateRawSync(data);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    locals.push(local, Buffer.from(name), packed);
    const head = Buffer.alloc(46);
    head.writeUInt32LE(0x02014b50, 0);
    head.writeUInt16LE(8, 10);
    head.writeUInt32LE(packed.length, 20);
    head.writeUInt16LE(name.length, 28);
    head.writeUInt32LE(offset, 42);
    central.push(head, Buffer.from(name));
    offset += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(entries).length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...central, end]);
}

function npyOf(shape: string, values: readonly number[]): Buffer {
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape}), }\n`;
  const head = Buffer.alloc(10);
  head.writeUInt8(1, 6);
  head.writeUInt16LE(header.length, 8);
  return Buffer.concat([head, Buffer.from(header), Buffer.from(Float64Array.from(values).buffer)]);
}

describe('archives', () => {
  it('gives the entries of a ZIP file by name', () => {
    const entries = readZip(zipOf({ a: Buffer.from('one'), b: Buffer.from('two') }));
    expect([...entries].map(([name, data]) => [name, data.toString()])).toEqual([
      ['a', 'one'],
      ['b', 'two'],
    ]);
    expect(() => readZip(Buffer.from('nothing'))).toThrow(RangeError);
  });

  it('gives the tables of an .npz file', () => {
    const tables = readNpz(
      zipOf({ 'X.npy': npyOf('2, 3', [1, 2, 3, 4, 5, 6]), 'y.npy': npyOf('2,', [0, 1]) }),
    );
    expect(tables.get('X')).toEqual({ rows: 2, columns: 3, values: Float64Array.of(1, 2, 3, 4, 5, 6) });
    expect(tables.get('y')).toMatchObject({ rows: 2, columns: 1 });
  });
});

describe('scores', () => {
  it('the area under the curve counts pairs, ties by half', () => {
    const isPositive = (row: number): boolean => row >= 2;
    expect(areaUnderCurve(Float64Array.of(1, 2, 3, 4), isPositive)).toBe(1);
    expect(areaUnderCurve(Float64Array.of(1, 3, 2, 4), isPositive)).toBe(0.75);
    expect(areaUnderCurve(Float64Array.of(1, 1, 1, 1), isPositive)).toBe(0.5);
  });

  it('counts what lies above the cut', () => {
    const confusion = confusionOf(Float64Array.of(0, 5, 5, 0), 1, (row) => row >= 2);
    expect(confusion).toMatchObject({ truePositives: 1, falsePositives: 1, falseNegatives: 1, f1: 0.5 });
  });
});

describe('call paths', () => {
  const training = Array.from({ length: 400 }, (_, i) => Float64Array.of(10 + (i % 3), 0, 20 + (i % 2)));

  it('a new structure is beyond any cut, more time than the same structure ever took counts in time', () => {
    const paths = new CallPaths(training);
    expect(paths.score(Float64Array.of(10, 1, 20))).toBe(Number.POSITIVE_INFINITY);
    expect(paths.score(Float64Array.of(12, 0, 21))).toBe(0);
    expect(paths.score(Float64Array.of(12, 0, 61))).toBe(40);
  });

  it('the cut comes from traces scored by the others', () => {
    expect(cutOf(training)).toBe(0);
    // Three structures that only one trace each has: nobody else says what they look like.
    const odd = [
      ...training.slice(100),
      Float64Array.of(1, 1, 1),
      Float64Array.of(0, 1, 1),
      Float64Array.of(0, 0, 1),
    ];
    expect(cutOf(odd)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('data sets without OTLP', () => {
  it('splits the requests of delag by their label', () => {
    const { columns, normal, abnormal } = readRequests('Latency,a,b,anomaly\n9,1,2,0\n50,1,40,2\n8,1,3,0\n');
    expect(columns).toEqual(['Latency', 'a', 'b']);
    expect(normal.map((row) => [...row])).toEqual([
      [9, 1, 2],
      [8, 1, 3],
    ]);
    expect(abnormal.map((row) => [...row])).toEqual([[50, 1, 40]]);
    expect(() => readRequests('a,b\n1,2\n')).toThrow(RangeError);
  });

  it('reads the spans of SkyWalking with their parents and failures', () => {
    const head = 'StartTime,EndTime,URL,SpanType,Service,SpanId,TraceId,Peer,ParentSpan,Component,IsError';
    const traces = readSkyWalking(
      `${head}\n1000,1050,GET /a,Entry,shop,s.0,t,shop,-1,SpringMVC,False\n1010,1040,find,Exit,shop,s.1,t,db,s.0,mongo,True\n`,
    );
    expect(traces.get('t')).toMatchObject([
      { service: 'shop', operation: 'GET /a', parent: -1, startUs: 0, durationUs: 50_000, failed: false },
      { operation: 'find', peer: 'db', parent: 0, startUs: 10_000, durationUs: 30_000, failed: true },
    ]);
    expect(() => readSkyWalking('other\n')).toThrow(RangeError);
  });
});

describe('verdicts of what was learned', () => {
  const requestOf = (ms: number, failed = false, operation = 'request'): FlatTrace => [
    { service: 'shop', operation, kind: 2, parent: -1, startUs: 0, durationUs: ms * 1000, failed },
  ];

  it('are above 1 for a slow trace and for a failing one of a new entry, in the order asked', async () => {
    const training = Array.from({ length: 1000 }, (_, i) => requestOf(100 + (i % 17)));
    const verdicts = await learnedVerdicts(training, [
      requestOf(105),
      requestOf(300),
      requestOf(110, true, 'other'),
      requestOf(900, false, 'other'),
    ]);
    expect([...verdicts].map((verdict) => verdict > 1)).toEqual([false, true, true, false]);
  });
});
