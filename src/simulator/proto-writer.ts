import type { Nanos } from './otlp-attributes.ts';

const encoder = new TextEncoder();

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Bytes of `value` as a base-128 varint (protobuf.dev, "Encoding"). */
export function varintLength(value: number): number {
  let length = 1;
  for (; value >= 128; value = Math.floor(value / 128)) length++;
  return length;
}

/** Writes protobuf fields, front to back, into a buffer of a size known beforehand. */
export class ProtoWriter {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  byte(value: number): void {
    this.bytes[this.#at++] = value;
  }

  /** A tag and a varint: an integer field, or the length of what is written next. */
  open(tag: number, value: number): void {
    this.byte(tag);
    for (; value >= 128; value = Math.floor(value / 128)) this.byte((value % 128) | 128);
    this.byte(value);
  }

  chunk(tag: number, bytes: Uint8Array): void {
    this.open(tag, bytes.length);
    this.raw(bytes);
  }

  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Big-endian words as a field of bytes: an id. */
  words(tag: number, words: Int32Array, offset: number, count: number): void {
    this.open(tag, count * 4);
    for (let i = 0; i < count; i++, this.#at += 4) this.#view.setInt32(this.#at, words[offset + i]);
  }

  fixed64(tag: number, { high, low }: Nanos): void {
    this.byte(tag);
    this.#view.setUint32(this.#at, low, true);
    this.#view.setUint32(this.#at + 4, high, true);
    this.#at += 8;
  }
}
