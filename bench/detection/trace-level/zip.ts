import { inflateRawSync } from 'node:zlib';

const CENTRAL = 0x02014b50;

/**
 * Entries of a ZIP archive by name, from its central directory (APPNOTE.TXT 4.3.12): stored or deflated, no ZIP64.
 * Throws a RangeError for what it cannot read.
 */
export function readZip(bytes: Buffer): Map<string, Buffer> {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0) throw new RangeError('no ZIP archive: its directory is missing');
  const entries = new Map<string, Buffer>();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (bytes.readUInt32LE(at) !== CENTRAL) throw new RangeError('no ZIP archive: its directory is broken');
    const method = bytes.readUInt16LE(at + 10);
    const packed = bytes.readUInt32LE(at + 20);
    const nameLength = bytes.readUInt16LE(at + 28);
    const local = bytes.readUInt32LE(at + 42);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const data = bytes.subarray(from, from + packed);
    entries.set(
      bytes.toString('utf8', at + 46, at + 46 + nameLength),
      method === 0 ? data : inflateRawSync(data),
    );
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}
