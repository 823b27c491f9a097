import { readZip } from './zip.ts';

export interface Table {
  readonly rows: number;
  readonly columns: number;
  /** Row-major. */
  readonly values: Float64Array;
}

/** The arrays of an .npz file by name (numpy's NEP 1, version 1 and 2 headers), little-endian numbers as doubles. */
export function readNpz(bytes: Buffer): Map<string, Table> {
  return new Map([...readZip(bytes)].map(([name, data]) => [name.replace(/\.npy$/, ''), readNpy(data)]));
}

function readNpy(data: Buffer): Table {
  const isLong = data[6] >= 2;
  const from = isLong ? 12 : 10;
  const length = isLong ? data.readUInt32LE(8) : data.readUInt16LE(8);
  const header = data.toString('latin1', from, from + length);
  const type = /'descr': '([^']+)'/.exec(header)?.[1] ?? '';
  const [rows = 1, columns = 1] = [...(/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '').matchAll(/\d+/g)].map(
    Number,
  );
  const isByColumn = header.includes("'fortran_order': True");
  const read = readerOf(type, data, from + length);
  const at = (i: number): number => (isByColumn ? (i % columns) * rows + Math.floor(i / columns) : i);
  return { rows, columns, values: Float64Array.from({ length: rows * columns }, (_, i) => read(at(i))) };
}

function readerOf(type: string, data: Buffer, from: number): (i: number) => number {
  switch (type) {
    case '<f8':
      return (i) => data.readDoubleLE(from + i * 8);
    case '<f4':
      return (i) => data.readFloatLE(from + i * 4);
    case '<i8':
      return (i) => Number(data.readBigInt64LE(from + i * 8));
    case '<i4':
      return (i) => data.readInt32LE(from + i * 4);
    case '<i2':
      return (i) => data.readInt16LE(from + i * 2);
    case '<u2':
      return (i) => data.readUInt16LE(from + i * 2);
    case '|u1':
    case '|b1':
      return (i) => data[from + i];
    case '|i1':
      return (i) => data.readInt8(from + i);
    default:
      throw new RangeError(`numbers of the type ${type} are not read`);
  }
}
