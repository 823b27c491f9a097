import type { FlowInput } from '../domain/flow-input.ts';
import type { NameCounts, NameDelta, Names } from '../domain/names.ts';
import { SpanBatch } from '../domain/span-batch.ts';
import { parseJson } from '../runtime/json.ts';

/** Kinds of records: columns of spans, a time, and anything else as JSON. */
const SPANS = 1;
const TIME = 2;
const JSON_INPUT = 3;

/** Bytes of a span in the columns below. */
export const BYTES_A_SPAN = 79;

type Column = Int32Array | Uint8Array | Float64Array | Float32Array;

/** The columns of a batch with the elements that a span has in each. */
function columnsOf(batch: SpanBatch): readonly (readonly [Column, number])[] {
  return [
    [batch.startUs, 1],
    [batch.durationUs, 1],
    [batch.traceId, 4],
    [batch.spanId, 2],
    [batch.parentId, 2],
    [batch.service, 1],
    [batch.operation, 1],
    [batch.instance, 1],
    [batch.version, 1],
    [batch.node, 1],
    [batch.peer, 1],
    [batch.weight, 1],
    [batch.kind, 1],
    [batch.flags, 1],
    [batch.statusClass, 1],
  ];
}

/**
 * Inputs to bytes: a batch as its columns (no format to parse again) and the names that were interned since the record
 * before, other inputs as JSON. Numbers are in the machine's order, which a segment's head names.
 */
export class InputEncoder {
  readonly #names: Names;
  #known: NameCounts;
  #bytes = Buffer.alloc(64 * 1024);
  #at = 0;

  /** `known`: the names that whoever reads the records has before the first one. */
  constructor(names: Names, known: NameCounts) {
    this.#names = names;
    this.#known = known;
  }

  /** `room` bytes at the front are left to the caller. Borrowed until the next call. */
  encode(input: FlowInput, room: number): Buffer {
    this.#at = room;
    if (input.kind === 'spans') this.#spans(input);
    else if (input.kind === 'time') {
      this.#head(TIME, input.atMs);
      this.#float64(input.us);
    } else {
      this.#head(JSON_INPUT, input.atMs);
      this.#text(JSON.stringify(input));
    }
    return this.#bytes.subarray(0, this.#at);
  }

  #spans({ atMs, source, batch, cursor }: Extract<FlowInput, { kind: 'spans' }>): void {
    this.#head(SPANS, atMs);
    this.#text(source);
    this.#text(cursor === undefined ? '' : `=${cursor}`);
    this.#text(this.#newNames());
    const n = batch.length;
    this.#reserve(4 + n * BYTES_A_SPAN);
    this.#at = this.#bytes.writeUInt32LE(n, this.#at);
    for (const [column, width] of columnsOf(batch)) {
      const bytes = n * width * column.BYTES_PER_ELEMENT;
      this.#bytes.set(new Uint8Array(column.buffer, column.byteOffset, bytes), this.#at);
      this.#at += bytes;
    }
  }

  #newNames(): string {
    const counts = this.#names.counts();
    const { services, operations, slots } = this.#known;
    if (counts.services === services && counts.operations === operations && counts.slots === slots) return '';
    const delta = this.#names.snapshot(this.#known);
    this.#known = counts;
    return JSON.stringify(delta);
  }

  #head(kind: number, atMs: number): void {
    this.#reserve(9);
    this.#at = this.#bytes.writeUInt8(kind, this.#at);
    this.#float64(atMs);
  }

  #float64(value: number): void {
    this.#reserve(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  #text(text: string): void {
    const bytes = Buffer.byteLength(text);
    this.#reserve(4 + bytes);
    this.#at = this.#bytes.writeUInt32LE(bytes, this.#at);
    this.#at += this.#bytes.write(text, this.#at);
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.alloc(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }
}

/** Bytes of `InputEncoder` to inputs. Adds the names that come with them. */
export class InputDecoder {
  readonly #names: Names;
  #batch: SpanBatch;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(names: Names) {
    this.#names = names;
    this.#batch = new SpanBatch(names);
  }

  /** Borrowed until the next call. Throws a RangeError on what `InputEncoder` does not write, or when names are missing. */
  decode(bytes: Buffer): FlowInput {
    this.#bytes = bytes;
    this.#at = 1;
    const kind = bytes.readUInt8(0);
    const atMs = this.#float64();
    if (kind === TIME) return { kind: 'time', atMs, us: this.#float64() };
    if (kind === JSON_INPUT) return this.#json(this.#text()) as FlowInput;
    if (kind === SPANS) return this.#spans(atMs);
    throw new RangeError(`an input of unknown kind ${kind}`);
  }

  #spans(atMs: number): FlowInput {
    const source = this.#text();
    const cursor = this.#text();
    const names = this.#text();
    if (names !== '') this.#names.restore(this.#json(names) as NameDelta);
    const n = this.#bytes.readUInt32LE(this.#at);
    this.#at += 4;
    if (this.#at + n * BYTES_A_SPAN !== this.#bytes.length)
      throw new RangeError('a batch whose columns do not fit');
    if (n > this.#batch.capacity) this.#batch = new SpanBatch(this.#names, n);
    const batch = this.#batch;
    batch.length = n;
    for (const [column, width] of columnsOf(batch)) {
      const bytes = n * width * column.BYTES_PER_ELEMENT;
      const to = new Uint8Array(column.buffer, column.byteOffset, bytes);
      to.set(this.#bytes.subarray(this.#at, this.#at + bytes));
      this.#at += bytes;
    }
    return { kind: 'spans', atMs, source, batch, ...(cursor === '' ? {} : { cursor: cursor.slice(1) }) };
  }

  #json(text: string): unknown {
    const parsed = parseJson(text);
    if (!parsed.ok) throw new RangeError(`an input that is ${parsed.reason}`);
    return parsed.value;
  }

  #float64(): number {
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  #text(): string {
    const from = this.#at + 4;
    this.#at = from + this.#bytes.readUInt32LE(this.#at);
    if (this.#at > this.#bytes.length) throw new RangeError('a text that does not fit');
    return this.#bytes.toString('utf8', from, this.#at);
  }
}
