import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { HeldBytes } from '../../../src/sources/receiving/held-bytes.ts';
import { inflateBody } from '../../../src/sources/receiving/inflate.ts';

const text = (length: number): Buffer => Buffer.alloc(length, 'spans ');

/** Admission that counts, with room for so many bytes. */
function room(bytes: number) {
  const state = { held: 0, most: 0 };
  const admission = {
    refusal: () => undefined,
    take: (more: number) => {
      if (state.held + more > bytes) return false;
      state.most = Math.max(state.most, (state.held += more));
      return true;
    },
    release: (less: number) => void (state.held -= less),
  };
  return { state, held: new HeldBytes(admission) };
}

const inflate = (bytes: Uint8Array, maxBytes = 8_000_000, available = 64_000_000) => {
  const { state, held } = room(available);
  return inflateBody(bytes, 'gzip', { maxBytes, held }).then((outcome) => ({ outcome, state, held }));
};

describe('a gzipped body', () => {
  it.each([0, 1, 1000, 1024 * 1024, 1024 * 1024 + 1, 5_000_000])(
    'of %d bytes comes out whole',
    async (length) => {
      const { outcome, state } = await inflate(gzipSync(text(length)));
      expect(outcome).toEqual({ kind: 'ok', bytes: expect.anything() as Buffer });
      if (outcome.kind === 'ok') expect(Buffer.from(outcome.bytes).equals(text(length))).toBe(true);
      expect(state.held).toBe(length);
    },
  );

  it('of several members comes out whole, though its end says less', async () => {
    const { outcome, state } = await inflate(Buffer.concat([gzipSync(text(3000)), gzipSync(text(10))]));
    expect(outcome.kind === 'ok' && outcome.bytes.length).toBe(3010);
    expect(state.held).toBe(3010);
  });

  it('that says it is small and is a bomb stops at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    bomb.writeUInt32LE(100, bomb.length - 4);
    const { outcome, state } = await inflate(bomb, 2_000_000);
    expect(outcome).toEqual({ kind: 'too-large' });
    expect(state.most).toBeLessThan(3_000_000);
  });

  it('for which there is no room waits outside', async () => {
    expect((await inflate(gzipSync(text(5000)), 8_000_000, 4000)).outcome).toEqual({ kind: 'busy' });
    expect((await inflate(gzipSync(text(5_000_000)), 8_000_000, 400_000)).outcome).toEqual({ kind: 'busy' });
  });

  it.each([
    ['cut off', gzipSync(text(500)).subarray(0, 20)],
    ['of another coding', deflateSync(text(500))],
    [
      'with a wrong checksum',
      Buffer.concat([gzipSync(text(500)).subarray(0, -8), Buffer.from([1, 2, 3, 4, 244, 1, 0, 0])]),
    ],
    ['of a few bytes', Buffer.from([0x1f, 0x8b, 8])],
  ])('%s is broken, and holds nothing', async (_, bytes) => {
    const { outcome } = await inflate(bytes);
    expect(outcome).toEqual({ kind: 'broken' });
  });
});
