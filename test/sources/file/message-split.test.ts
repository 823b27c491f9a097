import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LengthSplitter,
  LineSplitter,
  type Piece,
  type Splitter,
} from '../../../src/sources/file/message-split.ts';

/** Pushes `bytes` cut at `cuts`, and reads each piece at once, as it is only borrowed. */
function split(splitter: Splitter, bytes: Uint8Array, cuts: readonly number[]) {
  const pieces: { text: string; number: number; fault: boolean }[] = [];
  const take = (some: Iterable<Piece>) => {
    for (const piece of some)
      pieces.push({
        text: Buffer.from(piece.bytes).toString('latin1'),
        number: piece.number,
        fault: piece.fault !== undefined,
      });
  };
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b).concat(bytes.length)) {
    const to = Math.min(cut, bytes.length);
    if (to > from) take(splitter.push(bytes.subarray(from, to)));
    from = Math.max(from, to);
  }
  take(splitter.end());
  return pieces;
}

const cuts = fc.array(fc.nat(200));

describe('LineSplitter', () => {
  it('gives the lines, however the stream was cut', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{0,12}$/), { maxLength: 12 }), cuts, (lines, at) => {
        const expected = lines
          .map((text, i) => ({ text, number: i + 1, fault: false }))
          .filter(({ text }) => text !== '');
        expect(split(new LineSplitter(100), Buffer.from(lines.join('\n')), at)).toEqual(expected);
      }),
    );
  });

  it('drops lines above the limit, however the stream was cut, and holds no more than it of one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { maxLength: 12 }), cuts, (lengths, at) => {
        const bytes = Buffer.from(lengths.map((length) => 'x'.repeat(length)).join('\n'));
        const expected = lengths
          .map((length, i) => ({
            text: length > 8 ? '' : 'x'.repeat(length),
            number: i + 1,
            fault: length > 8,
          }))
          .filter(({ text, fault }) => fault || text !== '');
        expect(split(new LineSplitter(8), bytes, at)).toEqual(expected);
      }),
    );
  });
});

describe('LengthSplitter', () => {
  it.each(['varint', 'uint32'] as const)(
    'gives the messages by %s, however the stream was cut',
    (framing) => {
      const prefix = (length: number) => {
        if (framing === 'varint')
          return Buffer.from(length < 128 ? [length] : [(length & 127) | 128, length >> 7]);
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32BE(length);
        return bytes;
      };
      fc.assert(
        fc.property(fc.array(fc.nat(150), { maxLength: 8 }), cuts, (lengths, at) => {
          const texts = lengths.map((length, i) => String.fromCharCode(97 + i).repeat(length));
          const bytes = Buffer.concat(texts.flatMap((text) => [prefix(text.length), Buffer.from(text)]));
          expect(split(new LengthSplitter(framing, 1000), bytes, at)).toEqual(
            texts.map((text, i) => ({ text, number: i + 1, fault: false })),
          );
        }),
      );
    },
  );

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), cuts, (bytes, at) => {
        for (const framing of ['varint', 'uint32'] as const)
          split(new LengthSplitter(framing, 50), bytes, at);
      }),
    );
  });
});
