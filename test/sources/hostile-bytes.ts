import type { Random } from '../../src/runtime/index.ts';

/** Cut off, with bits turned, with a piece of it twice or gone, or noise. */
export function hostile(good: Buffer, random: Random): Buffer {
  const at = Math.floor(random() * good.length);
  const length = 1 + Math.floor(random() * 40);
  switch (Math.floor(random() * 5)) {
    case 0:
      return good.subarray(0, at);
    case 1: {
      const turned = Buffer.from(good);
      for (let n = 0; n < 6; n++)
        turned[Math.floor(random() * turned.length)] ^= 1 << Math.floor(random() * 8);
      return turned;
    }
    case 2:
      return Buffer.concat([good.subarray(0, at), good.subarray(Math.max(0, at - length))]);
    case 3:
      return Buffer.concat([good.subarray(0, at), good.subarray(at + length)]);
    default:
      return noise(random, 2000);
  }
}

export function noise(random: Random, most: number): Buffer {
  return Buffer.from(
    Array.from({ length: 1 + Math.floor(random() * most) }, () => Math.floor(random() * 256)),
  );
}
