import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { freeBytes } from '../../../src/sources/receiving/free-bytes.ts';
import { HeldBytes } from '../../../src/sources/receiving/held-bytes.ts';
import { inflateBody } from '../../../src/sources/receiving/inflate.ts';
import { readBody } from '../../../src/sources/receiving/read-body.ts';

/** A buffer of its own, as Node's HTTP parser makes one of each part of a body. */
function part(length: number, value: number): Buffer {
  return Buffer.from(new ArrayBuffer(length)).fill(value);
}

/** What a server reads its request from, as far as `readBody` goes. */
function requestOf(parts: readonly Buffer[]): IncomingMessage {
  const stream = Object.assign(new PassThrough(), { headers: {} });
  for (const one of parts) stream.write(one);
  stream.end();
  return stream as unknown as IncomingMessage;
}

describe('the memory of bytes that were read', () => {
  it('is given back at once', () => {
    const bytes = part(100_000, 1);
    freeBytes(bytes);
    expect([bytes.length, bytes.buffer.byteLength]).toEqual([0, 0]);
  });

  it('is given back of what was inflated', async () => {
    const limits = { maxBytes: 1_000_000, held: new HeldBytes(undefined) };
    const inflated = await inflateBody(gzipSync(part(300_000, 1)), 'gzip', limits);
    if (inflated.kind !== 'ok') throw new Error(inflated.kind);
    expect(inflated.bytes.length).toBe(300_000);
    freeBytes(inflated.bytes);
    expect(inflated.bytes.length).toBe(0);
  });

  it('is left alone where it belongs to others too, or is none', () => {
    const shared = part(200, 1);
    freeBytes(shared.subarray(10, 20));
    freeBytes(shared.subarray(0, 100));
    freeBytes(shared.subarray(100));
    expect(shared.length).toBe(200);
    freeBytes(new Uint8Array(0));
    freeBytes(new Uint8Array(new SharedArrayBuffer(4)));
  });

  it('goes with the parts once a body is put together from them', async () => {
    const parts = [part(65_536, 1), part(65_536, 2), part(10, 3)];
    const expected = Buffer.concat(parts);
    const body = await readBody(requestOf(parts), 1_000_000, new HeldBytes(undefined));
    expect(body.kind === 'ok' && expected.equals(body.bytes)).toBe(true);
    expect(parts.map(({ length }) => length)).toEqual([0, 0, 0]);
  });

  it('is not copied when a body came in one part, and stays with a body that is empty', async () => {
    const [one] = [part(5000, 7)];
    const body = await readBody(requestOf([one]), 1_000_000, new HeldBytes(undefined));
    expect(body.kind === 'ok' && body.bytes.buffer).toBe(one.buffer);
    const empty = await readBody(requestOf([]), 1_000_000, new HeldBytes(undefined));
    expect(empty.kind === 'ok' && empty.bytes.length).toBe(0);
  });
});
