import type { SpanBatch } from '../../domain/span-batch.ts';
import type { SourceFormats } from '../port.ts';

/** Spans that arrived together: a line, a message, a trace, or a second of a whole-file array. */
export interface FileRecord {
  /** The path as given; `-` for standard input. */
  readonly file: string;
  /** Borrowed until the next record is asked for. Never empty. */
  readonly batch: SpanBatch;
  /** The latest span end of the record, epoch microseconds. */
  readonly arrivalUs: number;
}

/** Something in a file that could not be used; the rest goes on. */
export interface FileProblem {
  readonly file: string;
  /** Line of a JSON lines file, or number of the message in a protobuf stream; from 1. Absent: the file as a whole. */
  readonly line?: number;
  readonly reason: string;
}

/** Live figures of a reading, for progress and the report. */
export interface FileCounts {
  /** Spans handed out. */
  spans: number;
  records: number;
  /** Spans that were readable but unusable (no id, impossible times, ...). */
  rejected: number;
  /** Lines or messages that could not be read at all. */
  broken: number;
  /** Spans outside [fromUs, toUs). */
  skipped: number;
  /** Records that came further out of order than the buffer could sort. */
  outOfOrder: number;
  /** Bytes read from disk (compressed where the file is). */
  bytesRead: number;
  /** Bytes of all files together; standard input counts 0. */
  bytesTotal: number;
}

export interface ReadOptions {
  readonly formats: SourceFormats;
  /** Epoch microseconds: a span whose end lies outside [fromUs, toUs) is left out. */
  readonly fromUs?: number;
  readonly toUs?: number;
  readonly counts?: FileCounts;
  readonly onProblem?: (problem: FileProblem) => void;
  /** What the buffers that sort records may hold, all files together. Default 64 MB, or 10,000 records a file. */
  readonly maxBufferedBytes?: number;
  readonly maxBufferedRecords?: number;
  /** The largest line, message or whole-file JSON that is read. Default 512 MB less a bit: the longest string of V8. */
  readonly maxRecordBytes?: number;
  /** For `-`; default `process.stdin`. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

/** A file that cannot be opened or is no trace file: the caller's mistake, named in one line. */
export class SpanFileError extends Error {
  override readonly name = 'SpanFileError';
  readonly code = 'span_file';
  readonly retryable = false;
  readonly file: string;

  constructor(file: string, reason: string, cause?: unknown) {
    super(`${file === '-' ? 'standard input' : file}: ${reason}`, { cause });
    this.file = file;
  }
}

export function createFileCounts(): FileCounts {
  return {
    spans: 0,
    records: 0,
    rejected: 0,
    broken: 0,
    skipped: 0,
    outOfOrder: 0,
    bytesRead: 0,
    bytesTotal: 0,
  };
}
