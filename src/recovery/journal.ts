import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { FlowInput } from '../domain/flow-input.ts';
import type { InputEncoder } from './input-codec.ts';
import { RECORD_ROOM, sealRecord, SEGMENT_HEAD } from './journal-record.ts';

/**
 * One segment of inputs, appended before each is applied. A write reaches the operating system before `append` returns,
 * so that a kill of the process loses nothing; it is not flushed to the disk, so that a loss of power may lose the last
 * seconds (docs/adr/0011).
 */
export class JournalSegment {
  readonly #encoder: InputEncoder;
  #file: number | undefined;
  #bytes = 0;

  /**
   * Makes the file; throws the system's error when it cannot, or when it exists. `encoder`: the one of the segments before
   * it, which knows what names they held.
   */
  constructor(path: string, encoder: InputEncoder) {
    this.#encoder = encoder;
    this.#file = openSync(path, 'ax', 0o600);
    this.#write(Buffer.from(SEGMENT_HEAD));
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Throws the system's error when it cannot be written (a full disk): then nothing of this input is in the segment, and
   * nothing may follow it.
   */
  append(input: FlowInput, sequence: number): void {
    const record = this.#encoder.encode(input, RECORD_ROOM);
    sealRecord(record, sequence);
    this.#write(record);
  }

  /** Never throws: what a failing disk says at the end changes nothing any more. */
  close(): void {
    const file = this.#file;
    this.#file = undefined;
    try {
      if (file !== undefined) closeSync(file);
    } catch {
      // As said above.
    }
  }

  #write(bytes: Buffer): void {
    const file = this.#file;
    if (file === undefined) throw new Error('the journal segment is closed');
    try {
      for (let written = 0; written < bytes.length;)
        written += writeSync(file, bytes, written, bytes.length - written);
    } catch (error) {
      cut(file, this.#bytes);
      throw error;
    }
    this.#bytes += bytes.length;
  }
}

/** A full disk may take part of a record. When it cannot be cut off, its checksum still tells. */
function cut(file: number, bytes: number): void {
  try {
    ftruncateSync(file, bytes);
  } catch {
    // As said above.
  }
}
