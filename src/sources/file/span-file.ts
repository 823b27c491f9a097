import { copySpan } from '../../domain/copy-span.ts';
import type { SpanFormat } from '../../domain/decode.ts';
import { SpanBatch } from '../../domain/span-batch.ts';
import type { SourceSniff } from '../port.ts';
import { appendRange, keepEndsWithin, type BatchPool } from './batch-store.ts';
import { asFileError, readBytes } from './byte-stream.ts';
import { jsonLayout } from './json-layout.ts';
import { LengthSplitter, LineSplitter, WholeSplitter, type Piece, type Splitter } from './message-split.ts';
import { SpanFileError, type FileCounts, type ReadOptions } from './read-options.ts';
import { groupBySecond, groupByTrace, type SpanGroup } from './record-split.ts';
import { SortBuffer, type SortLimits, type StoredRecord } from './sort-buffer.ts';

/** Enough to tell the format and to see the first line's end in most files. */
const HEAD_BYTES = 65_536;
/** The longest string that V8 makes is a little under 512 MiB. */
const MAX_RECORD_BYTES = 0x1fffffe8;

export interface SpanFileContext {
  readonly options: ReadOptions;
  readonly counts: FileCounts;
  readonly pool: BatchPool;
  readonly limits: SortLimits;
  readonly stdin: AsyncIterable<Uint8Array>;
}

/**
 * The records of one file by arrival, as far as `limits` allow. The taker gives each batch back to the pool. Throws
 * `SpanFileError` for what is no trace file; what breaks later is told to `onProblem`.
 */
export async function* readSpanFile(path: string, context: SpanFileContext): AsyncGenerator<StoredRecord> {
  const stream = readBytes(path, context.counts, context.stdin);
  const tell = (reason: string): void => context.options.onProblem?.({ file: path, reason });
  const head = await readHead(path, stream);
  const sniffed = context.options.formats.sniff(head);
  if (sniffed.kind === 'empty') return tell('the file is empty');
  if (sniffed.kind !== 'json' && sniffed.kind !== 'proto') throw new SpanFileError(path, UNKNOWN_FORMAT);
  const splitter = splitterFor(sniffed, head, context.options.maxRecordBytes ?? MAX_RECORD_BYTES);
  const decoder = new PieceDecoder(path, sniffed.format, context);
  const records = new RecordsOf(decoder, splitter instanceof WholeSplitter);
  const buffer = new SortBuffer(context.limits);
  for await (const chunk of untilBroken(head, stream, tell)) {
    for (const piece of splitter.push(chunk)) {
      for (const { batch, arrivalUs } of records.of(piece)) buffer.push(batch, arrivalUs);
      while (buffer.isFull) yield buffer.pop() as StoredRecord;
    }
  }
  for (const piece of splitter.end())
    for (const { batch, arrivalUs } of records.of(piece)) buffer.push(batch, arrivalUs);
  for (const { batch, arrivalUs } of records.end()) buffer.push(batch, arrivalUs);
  for (let record = buffer.pop(); record !== undefined; record = buffer.pop()) yield record;
}

const UNKNOWN_FORMAT =
  'not a trace file: OTLP (JSON, JSON lines, protobuf), Jaeger JSON and Zipkin JSON are known, each also gzipped';

type Sniffed = SourceSniff & { readonly kind: 'json' | 'proto' };

function splitterFor(sniffed: Sniffed, head: Uint8Array, maxBytes: number): Splitter {
  if (sniffed.kind === 'json')
    return jsonLayout(head) === 'lines' ? new LineSplitter(maxBytes) : new WholeSplitter(maxBytes);
  return sniffed.framing === 'single'
    ? new WholeSplitter(maxBytes)
    : new LengthSplitter(sniffed.framing, maxBytes);
}

/** What comes before a break is all that there is; throws `SpanFileError` when that is nothing. */
async function readHead(path: string, stream: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let bytes = 0; bytes < HEAD_BYTES;) {
    const next = await stream.next().catch((error: unknown) => {
      throw asFileError(path, error);
    });
    if (next.done === true) break;
    chunks.push(next.value);
    bytes += next.value.length;
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
}

/** What was read before a stream broke is good: the break is told, and counts as the end. */
async function* untilBroken(
  head: Uint8Array,
  stream: AsyncIterable<Uint8Array>,
  tell: (reason: string) => void,
): AsyncGenerator<Uint8Array> {
  yield head;
  try {
    yield* stream;
  } catch (error) {
    tell(`cannot be read on from here: ${error instanceof Error ? error.message : 'unknown error'}`);
  }
}

interface NewRecord {
  readonly batch: SpanBatch;
  readonly arrivalUs: number;
}

/** Pieces to records: the only piece of a file is split by the second, one of several is a record as it is. */
class RecordsOf {
  readonly #decoder: PieceDecoder;
  readonly #isWhole: boolean;
  #first: Piece | undefined;
  #several = false;

  constructor(decoder: PieceDecoder, isWhole: boolean) {
    this.#decoder = decoder;
    this.#isWhole = isWhole;
  }

  of(piece: Piece): NewRecord[] {
    if (this.#isWhole) return this.#decoder.decode(piece, true);
    if (this.#several) return this.#decoder.decode(piece, false);
    if (this.#first === undefined) {
      this.#first = piece;
      return [];
    }
    this.#several = true;
    const first = this.#decoder.decode(this.#first, false);
    this.#first = undefined;
    return [...first, ...this.#decoder.decode(piece, false)];
  }

  end(): NewRecord[] {
    return this.#first === undefined ? [] : this.#decoder.decode(this.#first, true);
  }
}

class PieceDecoder {
  readonly #file: string;
  readonly #format: SpanFormat;
  readonly #context: SpanFileContext;
  readonly #scratch: SpanBatch;

  constructor(
    file: string,
    format: keyof SpanFileContext['options']['formats']['byName'],
    context: SpanFileContext,
  ) {
    this.#file = file;
    this.#format = context.options.formats.byName[format];
    this.#context = context;
    this.#scratch = new SpanBatch(context.options.formats.names);
  }

  decode(piece: Piece, splitBySecond: boolean): NewRecord[] {
    const scratch = this.#scratch;
    scratch.clear();
    if (!this.#fill(piece)) return [];
    const { fromUs = -Infinity, toUs = Infinity } = this.#context.options;
    if (fromUs > -Infinity || toUs < Infinity)
      this.#context.counts.skipped += keepEndsWithin(scratch, fromUs, toUs);
    if (scratch.length === 0) return [];
    if (this.#format.name === 'jaeger-json') return groupByTrace(scratch).map((group) => this.#copy(group));
    if (splitBySecond) return groupBySecond(scratch).map((group) => this.#copy(group));
    const batch = this.#context.pool.take(scratch.length);
    appendRange(scratch, 0, scratch.length, batch);
    return [{ batch, arrivalUs: scratch.latestEndUs() }];
  }

  #fill(piece: Piece): boolean {
    const { counts, options } = this.#context;
    const tell = (reason: string): void =>
      options.onProblem?.({ file: this.#file, line: piece.number, reason });
    if (piece.fault !== undefined) {
      counts.broken++;
      tell(piece.fault);
      return false;
    }
    const outcome = this.#format.decode(piece.bytes, this.#scratch);
    const where =
      outcome.error === undefined ? '' : [outcome.error.at, outcome.error.message].filter(Boolean).join(': ');
    if (outcome.fatal) {
      counts.broken++;
      tell(where);
    } else if (outcome.rejected > 0) {
      counts.rejected += outcome.rejected;
      const what =
        outcome.rejected === 1 ? 'a span is left out' : `${outcome.rejected} spans are left out, the first`;
      tell(`${what}: ${where}`);
    }
    return !outcome.fatal;
  }

  #copy(group: SpanGroup): NewRecord {
    const batch = this.#context.pool.take(group.spans.length);
    for (const i of group.spans) copySpan(this.#scratch, i, batch, batch.push());
    return { batch, arrivalUs: group.arrivalUs };
  }
}
