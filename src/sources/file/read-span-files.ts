import type { FileRecord, ReadOptions } from './read-options.ts';

/**
 * Reads trace files, merged by time: OTLP JSON lines, OTLP JSON and protobuf (length-delimited too), Jaeger JSON,
 * Zipkin JSON, each also gzipped; `-` is standard input; recognised by content. Records come by arrival (the latest
 * span end), sorted within a bounded buffer. Throws `SpanFileError` for a file that cannot be opened or is no trace
 * file; a broken line or message is counted, told to `onProblem`, and the rest goes on.
 */
export function readSpanFiles(_paths: readonly string[], _options: ReadOptions): AsyncIterable<FileRecord> {
  throw new Error('on its way');
}
