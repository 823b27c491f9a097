import { crc32 } from 'node:zlib';

/**
 * A segment: one line that says what it is, then records of
 *
 *     length of what follows the checksum   4 bytes
 *     CRC-32 of it                          4 bytes
 *     sequence number of the input          8 bytes (a double)
 *     the input                             as InputEncoder writes it
 *
 * in little-endian order, as everything in it.
 */
export const SEGMENT_HEAD = 'spanwatch-journal/1 LE\n';
export const RECORD_ROOM = 16;
const FRAME = 8;

/** A record longer than this is a torn or foreign length: bodies are bounded far below. */
const MAX_RECORD_BYTES = 1 << 30;

/** Fills in the front of a record whose input begins at RECORD_ROOM. */
export function sealRecord(record: Buffer, sequence: number): void {
  record.writeDoubleLE(sequence, FRAME);
  record.writeUInt32LE(record.length - FRAME, 0);
  record.writeUInt32LE(crc32(record.subarray(FRAME)), 4);
}

export interface JournalRecord {
  readonly sequence: number;
  readonly input: Buffer;
  /** Where the record ends in its segment. */
  readonly end: number;
}

/** Why a segment ended, and where its last whole record did. */
export interface SegmentEnd {
  readonly end: number;
  /** undefined: with its last byte. */
  readonly broken?: string;
}

/** The whole records of a segment in order; what follows the first broken one cannot be told apart from garbage. */
export function* readRecords(segment: Buffer): Generator<JournalRecord, SegmentEnd> {
  if (segment.toString('latin1', 0, SEGMENT_HEAD.length) !== SEGMENT_HEAD) {
    const foreign = segment.toString('latin1', 0, 40).split('\n', 1)[0];
    return { end: 0, broken: `it begins with ${JSON.stringify(foreign)}` };
  }
  let at = SEGMENT_HEAD.length;
  while (at < segment.length) {
    if (segment.length - at < RECORD_ROOM) return { end: at, broken: 'a torn record' };
    const length = segment.readUInt32LE(at);
    const end = at + FRAME + length;
    if (length < FRAME || length > MAX_RECORD_BYTES || end > segment.length)
      return { end: at, broken: 'a torn record' };
    const body = segment.subarray(at + FRAME, end);
    if (crc32(body) !== segment.readUInt32LE(at + 4))
      return { end: at, broken: 'a record with a wrong checksum' };
    yield { sequence: body.readDoubleLE(0), input: body.subarray(FRAME), end };
    at = end;
  }
  return { end: at };
}
