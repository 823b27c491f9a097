import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteNames, byteSource } from '../../src/formats/byte-names.ts';

describe('ByteNames', () => {
  it('remembers what a map by scope and bytes would, or nothing', () => {
    const lookups = fc.array(fc.tuple(fc.nat(3), fc.uint8Array({ maxLength: 12 })), { maxLength: 200 });
    fc.assert(
      fc.property(lookups, (all) => {
        // Sixteen slots and 64 bytes, so that it is cleared and overwritten all the time.
        const cache = new ByteNames(4, 64);
        const numbers = new Map<string, number>();
        for (const [scope, bytes] of all) {
          const source = byteSource(Uint8Array.from([9, ...bytes, 9]));
          const key = `${scope}:${bytes.join()}`;
          const number = numbers.get(key) ?? numbers.size;
          const found = cache.find(source, scope, 1, 1 + bytes.length);
          expect([-1, number]).toContain(found);
          if (found === -1) cache.add(source, 1, 1 + bytes.length, number);
          expect(cache.find(source, scope, 1, 1 + bytes.length)).toBe(number);
          numbers.set(key, number);
        }
      }),
    );
  });

  it('keeps scopes apart even where their hashes meet', () => {
    const source = byteSource(Buffer.from('name'));
    const cache = new ByteNames(4, 1024);
    for (let scope = 0; scope < 7; scope++) {
      expect(cache.find(source, scope, 0, 4)).toBe(-1);
      cache.add(source, 0, 4, scope);
    }
    for (let scope = 0; scope < 7; scope++) expect([-1, scope]).toContain(cache.find(source, scope, 0, 4));
  });

  it('stays within its bounds under a million names', () => {
    const cache = new ByteNames();
    const source = byteSource(new Uint8Array(8));
    let largest = 0;
    for (let i = 0; i < 1_000_000; i++) {
      source.view.setInt32(0, i);
      if (cache.find(source, 1, 0, 8) === -1) cache.add(source, 0, 8, i);
      largest = Math.max(largest, cache.size);
    }
    expect(largest).toBeLessThanOrEqual(32_769);
  });

  it('leaves out a name that is longer than its pool', () => {
    const cache = new ByteNames(4, 16);
    const source = byteSource(new Uint8Array(17));
    expect(cache.find(source, 1, 0, 17)).toBe(-1);
    cache.add(source, 0, 17, 5);
    expect(cache.find(source, 1, 0, 17)).toBe(-1);
  });
});
