import { HISTOGRAM_BUCKETS } from '../domain/summary.ts';

/** What is kept of one component over one stretch: a summary's statistics, and the baseline that judged it. */
export interface HistoryRecord {
  /** Traces. */
  count: number;
  /** In the summary's terms: y = ln(us + LOG_OFFSET_US) for latency. */
  mean: number;
  /** From trace to trace, about `mean`. */
  variance: number;
  /** The largest trace's value. */
  top: number;
  /** The baseline's level when judged; NaN while learning, and so are the next two. */
  level: number;
  /** Standard error of the mean of a stretch of this length with these traces. */
  standardError: number;
  /** The same for a minute at this rate: what a roll-up's band is made of. */
  minuteError: number;
  /** HISTOGRAM_BUCKETS counts, for latency. */
  histogram: Uint32Array | undefined;
}

/** Components share a row of the table by this many: the slot of one in its group is a byte. */
export const GROUP_SIZE = 256;

const HAS_BASELINE = 1;
const HAS_HISTOGRAM = 2;
/** length (2), slot, flags, count (5), three floats, three of the baseline, buckets in use with their counts (1 + 5). */
const LARGEST_RECORD = 9 + 12 + 12 + 1 + HISTOGRAM_BUCKETS * 6;

/**
 * The records of one group over one stretch, as bytes. A record is
 *
 *     u16 length  u8 slot  u8 flags  varint count  f32 mean, variance, top  [f32 level, standard error, minute error]
 *     [u8 buckets in use, each u8 distance from the one before, varint count]
 *
 * little-endian; 40 to 60 bytes for latency, 20 to 32 for the rest. Single precision is seven digits: far below any spread.
 */
export class SliceWriter {
  #bytes = Buffer.allocUnsafe(16_384);
  #at = 0;

  get empty(): boolean {
    return this.#at === 0;
  }

  add(slot: number, record: HistoryRecord): void {
    if (this.#at + LARGEST_RECORD > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(this.#bytes.length * 2);
      this.#bytes.copy(grown);
      this.#bytes = grown;
    }
    const from = this.#at;
    const { histogram } = record;
    const learned = !Number.isNaN(record.level);
    this.#at += 2;
    this.#byte(slot);
    this.#byte((learned ? HAS_BASELINE : 0) | (histogram === undefined ? 0 : HAS_HISTOGRAM));
    this.#varint(Math.round(record.count));
    this.#float(record.mean);
    this.#float(record.variance);
    this.#float(record.top);
    if (learned) {
      this.#float(record.level);
      this.#float(record.standardError);
      this.#float(record.minuteError);
    }
    if (histogram !== undefined) this.#histogram(histogram);
    this.#bytes.writeUInt16LE(this.#at - from, from);
  }

  /** The bytes so far, as a copy; the writer starts afresh. */
  take(): Buffer {
    const bytes = Buffer.from(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
    return bytes;
  }

  #histogram(histogram: Uint32Array): void {
    const countAt = this.#at++;
    let used = 0;
    let last = 0;
    for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
      if (histogram[bucket] === 0) continue;
      this.#byte(bucket - last);
      this.#varint(histogram[bucket]);
      last = bucket;
      used++;
    }
    this.#bytes[countAt] = used;
  }

  #byte(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  #float(value: number): void {
    this.#at = this.#bytes.writeFloatLE(value, this.#at);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#byte((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    this.#byte(rest);
  }
}

/**
 * Visits the records of a slice in their order, or the one of `only`. Bytes that are not whole records end it: the
 * records before count.
 */
export function readSlice(
  bytes: Uint8Array,
  visit: (slot: number, record: HistoryRecord) => void,
  only?: number,
): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 4 <= buffer.length) {
    const length = buffer.readUInt16LE(at);
    if (length < 4 || at + length > buffer.length) return;
    const slot = buffer[at + 2];
    if (only === undefined || only === slot) {
      const record = readRecord(buffer.subarray(at, at + length));
      if (record === undefined) return;
      visit(slot, record);
    }
    at += length;
  }
}

function readRecord(bytes: Buffer): HistoryRecord | undefined {
  let at = 4;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  const float = (): number => {
    at += 4;
    return bytes.readFloatLE(at - 4);
  };
  const flags = bytes[3];
  const learned = (flags & HAS_BASELINE) !== 0;
  const count = varint();
  if (at + 12 + (learned ? 12 : 0) > bytes.length) return undefined;
  const record: HistoryRecord = {
    count,
    mean: float(),
    variance: float(),
    top: float(),
    level: learned ? float() : Number.NaN,
    standardError: learned ? float() : Number.NaN,
    minuteError: learned ? float() : Number.NaN,
    histogram: undefined,
  };
  if ((flags & HAS_HISTOGRAM) === 0) return record;
  const histogram = (record.histogram = new Uint32Array(HISTOGRAM_BUCKETS));
  const used = bytes[at++] ?? 0;
  for (let i = 0, bucket = 0; i < used; i++) {
    bucket += bytes[at++] ?? HISTOGRAM_BUCKETS;
    if (bucket >= HISTOGRAM_BUCKETS) return undefined;
    histogram[bucket] = varint();
  }
  return record;
}
