/** Bytes to look names up in, with one view for all of them. */
export interface ByteSource {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export function byteSource(bytes: Uint8Array): ByteSource {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/**
 * A cache (scope, bytes) -> number, so that a name seen before costs a hash and a comparison and no string: open
 * addressing over flat arrays and one pool of bytes. Bounded: when the pool or the table is full it starts again,
 * and a run of slots longer than `MAX_PROBES` overwrites, so that chosen collisions cost a miss and no more.
 * A miss is filled by `add` with the same scope and bytes, before the next `find`.
 */
export class ByteNames {
  readonly #slotMask: number;
  /** Four a slot: hash, scope, place in the pool plus one (0: free), length. */
  readonly #slots: Int32Array;
  readonly #ids: Int32Array;
  readonly #pool: Uint8Array;
  readonly #poolView: DataView;
  #used = 0;
  #poolUsed = 0;
  #missHash = 0;
  #missScope = 0;

  /** 65,536 slots and 1 MiB hold 32,000 names of 32 bytes: more than the operations of a large mesh. */
  constructor(slotBits = 16, poolBytes = 1 << 20) {
    this.#slotMask = (1 << slotBits) - 1;
    this.#slots = new Int32Array(4 << slotBits);
    this.#ids = new Int32Array(1 << slotBits);
    this.#pool = new Uint8Array(poolBytes);
    this.#poolView = new DataView(this.#pool.buffer);
  }

  get size(): number {
    return this.#used;
  }

  /** The number under which the bytes [from, to) were added in this scope, or -1. */
  find(source: ByteSource, scope: number, from: number, to: number): number {
    const hash = hashOf(source, scope, from, to);
    const length = to - from;
    const slots = this.#slots;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = (hash + probe) & this.#slotMask;
      const s = slot << 2;
      const place = slots[s + 2];
      if (place === 0) break;
      if (slots[s] === hash && slots[s + 1] === scope && slots[s + 3] === length) {
        if (this.#same(source, from, place - 1, length)) return this.#ids[slot];
      }
    }
    this.#missHash = hash;
    this.#missScope = scope;
    return -1;
  }

  add(source: ByteSource, from: number, to: number, id: number): void {
    const length = to - from;
    if (length > this.#pool.length) return;
    if (this.#used > this.#slotMask >>> 1 || this.#poolUsed + length > this.#pool.length) this.#clear();
    const slot = this.#freeSlot(this.#missHash);
    const s = slot << 2;
    if (this.#slots[s + 2] === 0) this.#used++;
    this.#slots[s] = this.#missHash;
    this.#slots[s + 1] = this.#missScope;
    this.#slots[s + 2] = this.#poolUsed + 1;
    this.#slots[s + 3] = length;
    this.#ids[slot] = id;
    this.#pool.set(source.bytes.subarray(from, to), this.#poolUsed);
    this.#poolUsed += length;
  }

  #freeSlot(hash: number): number {
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = (hash + probe) & this.#slotMask;
      if (this.#slots[(slot << 2) + 2] === 0) return slot;
    }
    return hash & this.#slotMask;
  }

  #clear(): void {
    this.#slots.fill(0);
    this.#used = 0;
    this.#poolUsed = 0;
  }

  #same(source: ByteSource, from: number, place: number, length: number): boolean {
    const { view } = source;
    const pool = this.#poolView;
    if (length < 4) {
      for (let i = 0; i < length; i++) if (source.bytes[from + i] !== this.#pool[place + i]) return false;
      return true;
    }
    for (let i = 0; i + 4 < length; i += 4) {
      if (view.getInt32(from + i, true) !== pool.getInt32(place + i, true)) return false;
    }
    // The last four bytes, which may overlap those before.
    return view.getInt32(from + length - 4, true) === pool.getInt32(place + length - 4, true);
  }
}

const MAX_PROBES = 8;

/**
 * Multiply and shift over eight bytes at a time in two lanes, which the processor works on together; the constants
 * are those of xxHash32 (Yann Collet).
 */
function hashOf(source: ByteSource, scope: number, from: number, to: number): number {
  const { view, bytes } = source;
  let left = Math.imul(scope + 1, -1640531535) ^ (to - from);
  let right = left ^ 668265263;
  let i = from;
  for (; i + 8 <= to; i += 8) {
    left = Math.imul(left ^ view.getInt32(i, true), -2048144777);
    right = Math.imul(right ^ view.getInt32(i + 4, true), -1028477379);
    left ^= left >>> 15;
    right ^= right >>> 13;
  }
  if (i + 4 <= to) {
    left = Math.imul(left ^ view.getInt32(i, true), -2048144777);
    left ^= left >>> 15;
    i += 4;
  }
  for (; i < to; i++) right = Math.imul(right ^ bytes[i], 374761393);
  let hash = left ^ Math.imul(right, -1640531535);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, -1028477379);
  return hash ^ (hash >>> 13);
}
