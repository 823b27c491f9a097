import fc from 'fast-check';
import kafkajs from 'kafkajs';
import lz4 from 'lz4js';
import snappy from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { registerCodecs, unsnappy } from '../../../src/sources/kafka/codecs.ts';

registerCodecs();
const { CompressionCodecs, CompressionTypes } = kafkajs;

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
}

describe.each([
  ['snappy', CompressionTypes.Snappy],
  ['lz4', CompressionTypes.LZ4],
  ['zstd', CompressionTypes.ZSTD],
])('%s', (_, type) => {
  const codec = (CompressionCodecs as unknown as Record<number, () => Codec>)[type]();

  it('gives back what it packed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
        const plain = Buffer.from(bytes);
        const packed =
          type === CompressionTypes.LZ4
            ? Buffer.from(lz4.compress(plain))
            : await codec.compress({ buffer: plain });
        expect(await codec.decompress(packed)).toEqual(plain);
      }),
      { numRuns: 30 },
    );
  });

  it('rejects nonsense', async () => {
    await expect(
      codec.decompress(Buffer.from([255, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3])),
    ).rejects.toThrow();
  });
});

it('reads snappy in the frames of Java and Go clients', () => {
  const head = Buffer.from('82534e415050590000000001' + '00000001', 'hex');
  const framed = ['spans ', 'and more'].map((text) => {
    const block = Buffer.from(snappy.compress(Buffer.from(text)));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(block.length);
    return Buffer.concat([length, block]);
  });
  const packed = Buffer.concat([head, ...framed]);
  expect(unsnappy(packed).toString()).toBe('spans and more');
  expect(() => unsnappy(packed.subarray(0, packed.length - 2))).toThrow('cut off');
});
