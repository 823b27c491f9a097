import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import lz4 from 'lz4js';
import snappy from 'snappyjs';

/** Magic of the framing that Java's and Go's clients put around snappy blocks (snappy-java, SnappyCodec). */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** Magic, version and compatible version, four bytes each for the latter. */
const XERIAL_HEAD = 16;
/** What one compressed set of records may become: brokers refuse messages far smaller than this. */
const MAX_INFLATED_BYTES = 256 * 1024 * 1024;

/**
 * kafkajs brings gzip only; this adds snappy, lz4 and zstd to its table, which is one for the process. Decoding throws
 * on broken data, which kafkajs reports as a fault of the partition's fetch.
 */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = codec(
    (plain) => Buffer.from(snappy.compress(plain)),
    unsnappy,
  );
  CompressionCodecs[CompressionTypes.LZ4] = codec(
    // Its frames say that blocks depend on each other, which brokers refuse; nothing here sends any.
    () => {
      throw new Error('lz4 is read only');
    },
    (packed) => Buffer.from(lz4.decompress(packed, boundOf(packed))),
  );
  CompressionCodecs[CompressionTypes.ZSTD] = codec(
    (plain) => zstdCompressSync(plain),
    (packed) => zstdDecompressSync(packed, { maxOutputLength: MAX_INFLATED_BYTES }),
  );
}

type Codec = () => {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
};

function codec(compress: (plain: Buffer) => Buffer, decompress: (packed: Buffer) => Buffer): Codec {
  return () => ({
    compress: ({ buffer }) => Promise.resolve(compress(buffer)),
    decompress: (buffer) => Promise.resolve().then(() => decompress(buffer)),
  });
}

/** One raw block, or xerial's frames: a length (big-endian) before each block. */
export function unsnappy(packed: Buffer): Buffer {
  if (!packed.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC))
    return Buffer.from(snappy.uncompress(packed, MAX_INFLATED_BYTES));
  const blocks: Buffer[] = [];
  let bytes = 0;
  for (let at = XERIAL_HEAD; at + 4 <= packed.length;) {
    const length = packed.readUInt32BE(at);
    at += 4;
    if (length > packed.length - at) throw new RangeError('a snappy block is cut off');
    const block = Buffer.from(snappy.uncompress(packed.subarray(at, at + length), MAX_INFLATED_BYTES));
    bytes += block.length;
    if (bytes > MAX_INFLATED_BYTES) throw new RangeError('snappy blocks inflate beyond the limit');
    blocks.push(block);
    at += length;
  }
  return Buffer.concat(blocks);
}

/** What an lz4 frame may become: it takes a byte for 255 at the best, so that a small one needs no large buffer. */
function boundOf(packed: Buffer): number {
  return Math.min(MAX_INFLATED_BYTES, packed.length * 255 + 64);
}
