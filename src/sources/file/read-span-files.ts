import { BatchPool } from './batch-store.ts';
import { totalBytes } from './byte-stream.ts';
import { createFileCounts, type FileCounts, type FileRecord, type ReadOptions } from './read-options.ts';
import type { StoredRecord } from './sort-buffer.ts';
import { readSpanFile, type SpanFileContext } from './span-file.ts';

/** Half a minute or more of disorder at tens of thousands of spans a second, and little beside the open traces. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;
const MAX_BUFFERED_RECORDS = 10_000;

/**
 * Reads trace files, merged by time: OTLP JSON lines, OTLP JSON and protobuf (length-delimited too), Jaeger JSON,
 * Zipkin JSON, each also gzipped; `-` is standard input; recognised by content. Records come by arrival (the latest
 * span end), sorted within a bounded buffer; what comes later than that is handed out late, and counted. Throws
 * `SpanFileError` for a file that cannot be opened or is no trace file, before the first record where it can; a
 * broken line or message is counted, told to `onProblem`, and the rest goes on. The same files give the same records.
 *
 * @example
 * for await (const { batch } of readSpanFiles(['spans.jsonl.gz'], { formats })) sink.accept({ source: 'file', batch });
 */
export async function* readSpanFiles(
  paths: readonly string[],
  options: ReadOptions,
): AsyncGenerator<FileRecord, void, undefined> {
  const counts = options.counts ?? createFileCounts();
  counts.bytesTotal += await totalBytes(paths);
  const context: SpanFileContext = {
    options,
    counts,
    pool: new BatchPool(options.formats.names),
    limits: {
      maxBytes: (options.maxBufferedBytes ?? MAX_BUFFERED_BYTES) / Math.max(1, paths.length),
      maxRecords: options.maxBufferedRecords ?? MAX_BUFFERED_RECORDS,
    },
    stdin: options.stdin ?? process.stdin,
  };
  const inputs = paths.map((file) => ({ file, records: readSpanFile(file, context) }));
  try {
    yield* merged(inputs, context, counts);
  } finally {
    await Promise.allSettled(inputs.map((input) => input.records.return(undefined)));
  }
}

interface Input {
  readonly file: string;
  readonly records: AsyncGenerator<StoredRecord>;
}

interface Head extends Input {
  record: StoredRecord;
}

async function* merged(
  inputs: readonly Input[],
  context: SpanFileContext,
  counts: FileCounts,
): AsyncGenerator<FileRecord, void, undefined> {
  const heads: Head[] = [];
  for (const input of inputs) {
    const first = await input.records.next();
    if (first.done !== true) heads.push({ ...input, record: first.value });
  }
  let lastUs = -Infinity;
  while (heads.length > 0) {
    const head = earliest(heads);
    const { batch, arrivalUs } = head.record;
    counts.records++;
    counts.spans += batch.length;
    if (arrivalUs < lastUs) counts.outOfOrder++;
    else lastUs = arrivalUs;
    yield { file: head.file, batch, arrivalUs };
    context.pool.give(batch);
    const next = await head.records.next();
    if (next.done === true) heads.splice(heads.indexOf(head), 1);
    else head.record = next.value;
  }
}

/** Of equal arrivals the file that was named first. */
function earliest(heads: readonly Head[]): Head {
  let best = heads[0];
  for (const head of heads) if (head.record.arrivalUs < best.record.arrivalUs) best = head;
  return best;
}
