import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CallPaths, cutOf } from '../../bench/detection/trace-level/call-paths.ts';
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
