/** A line or message cut out of a stream; borrowed until the next is asked for. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** From 1. */
  readonly number: number;
  /** Why it cannot be used; `bytes` are then empty. */
  readonly fault?: string;
}

/** Chunks of a stream in, pieces out: what is cut by a chunk's end is joined with the next. */
export interface Splitter {
  push(chunk: Uint8Array): Iterable<Piece>;
  /** What is left when the stream has ended. */
  end(): Iterable<Piece>;
}

const NO_BYTES = new Uint8Array(0);
const LINE_FEED = 10;

/** Lines, by the byte: UTF-8 has no 0x0a inside a character. Blank lines are numbered and left out. */
export class LineSplitter implements Splitter {
  readonly #maxBytes: number;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #number = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  *push(chunk: Uint8Array): Iterable<Piece> {
    let from = 0;
    for (let to = chunk.indexOf(LINE_FEED); to >= 0; to = chunk.indexOf(LINE_FEED, from)) {
      yield* this.#line(chunk.subarray(from, to));
      from = to + 1;
    }
    if (from < chunk.length) this.#hold(chunk.subarray(from));
  }

  *end(): Iterable<Piece> {
    if (this.#heldBytes > 0) yield* this.#line(NO_BYTES);
  }

  *#line(last: Uint8Array): Iterable<Piece> {
    this.#number++;
    const number = this.#number;
    const length = this.#heldBytes + last.length;
    const bytes = this.#heldBytes === 0 ? last : Buffer.concat([...this.#held, last]);
    this.#held = [];
    this.#heldBytes = 0;
    if (length > this.#maxBytes)
      yield { bytes: NO_BYTES, number, fault: `longer than ${this.#maxBytes} bytes` };
    else if (!isBlank(bytes)) yield { bytes, number };
  }

  /** Of a line that is too long only its length is kept. */
  #hold(bytes: Uint8Array): void {
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > this.#maxBytes) this.#held = [];
    else this.#held.push(bytes);
  }
}

function isBlank(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return false;
  return true;
}

/** The whole stream as one piece. */
export class WholeSplitter implements Splitter {
  readonly #maxBytes: number;
  #held: Uint8Array[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): Iterable<Piece> {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) this.#held = [];
    else this.#held.push(chunk);
    return [];
  }

  end(): Iterable<Piece> {
    if (this.#bytes > this.#maxBytes)
      return [{ bytes: NO_BYTES, number: 1, fault: `more than ${this.#maxBytes} bytes in one piece` }];
    return [{ bytes: Buffer.concat(this.#held), number: 1 }];
  }
}

/** Messages with their length before them; a length that cannot be is the end: what follows has no beginning. */
export class LengthSplitter implements Splitter {
  readonly #framing: 'varint' | 'uint32';
  readonly #maxBytes: number;
  #rest: Uint8Array = NO_BYTES;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #needed = 0;
  #number = 0;
  #lost = false;

  constructor(framing: 'varint' | 'uint32', maxBytes: number) {
    this.#framing = framing;
    this.#maxBytes = maxBytes;
  }

  *push(chunk: Uint8Array): Iterable<Piece> {
    if (this.#lost) return;
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    // Joining only when a message is complete keeps a large message from being copied once a chunk.
    if (this.#rest.length + this.#waitingBytes < this.#needed) return;
    this.#rest = Buffer.concat([this.#rest, ...this.#waiting]);
    this.#waiting = [];
    this.#waitingBytes = 0;
    yield* this.#messages();
  }

  *end(): Iterable<Piece> {
    if (!this.#lost && this.#rest.length + this.#waitingBytes > 0)
      yield { bytes: NO_BYTES, number: this.#number + 1, fault: 'the file ends within this message' };
  }

  *#messages(): Iterable<Piece> {
    let at = 0;
    this.#needed = 0;
    while (at < this.#rest.length) {
      const prefix = this.#framing === 'varint' ? varintAt(this.#rest, at) : uint32At(this.#rest, at);
      if (prefix === undefined) break;
      if (prefix.length > this.#maxBytes) {
        this.#lost = true;
        const fault = `a message of ${prefix.length} bytes cannot be; the rest of the file is left out`;
        yield { bytes: NO_BYTES, number: this.#number + 1, fault };
        return;
      }
      const end = prefix.next + prefix.length;
      if (end > this.#rest.length) {
        this.#needed = end - at;
        break;
      }
      this.#number++;
      yield { bytes: this.#rest.subarray(prefix.next, end), number: this.#number };
      at = end;
    }
    this.#rest = this.#rest.subarray(at);
  }
}

interface LengthPrefix {
  readonly length: number;
  readonly next: number;
}

function varintAt(bytes: Uint8Array, at: number): LengthPrefix | undefined {
  let length = 0;
  let scale = 1;
  for (let i = at; i < bytes.length; i++) {
    length += (bytes[i] & 0x7f) * scale;
    if (bytes[i] < 0x80) return { length, next: i + 1 };
    if (i - at === 9) return { length: Infinity, next: i + 1 };
    scale *= 128;
  }
  return undefined;
}

function uint32At(bytes: Uint8Array, at: number): LengthPrefix | undefined {
  if (at + 4 > bytes.length) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0);
  return { length, next: at + 4 };
}
