import { TraceStage } from '../src/app/trace-stage.ts';
import { createVocabulary } from '../src/app/vocabulary.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../src/assemble/index.ts';
import { DEFAULT_NAME_LIMITS, Names } from '../src/domain/names.ts';
import { SpanBatch, SpanKind } from '../src/domain/span-batch.ts';
import { createFormats } from '../src/formats/index.ts';
import { encodeOtlpProto } from '../src/simulator/index.ts';
import type { MemoryCase, MemoryReading } from './memory.ts';

const TRACES = 32;
const SPANS_PER_TRACE = 16;
const START_US = Date.UTC(2026, 0, 1) * 1000;
/** Stands in the trace ids of the template, for the request's number. */
const ID_MARK = 'ZZZZ';
/** Stands in the operation names of the template. */
const NAME_MARK = 'gggggg';
/** No hex digits, so that the names are not taken for ids and normalised. */
const LETTERS = Buffer.from('ghijklmnopqrstuvwxyz');
const MIB = 2 ** 20;

function measure(kind: MemoryCase, spans: number): MemoryReading {
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const hooks = { onMeasured: () => {}, onSealed: () => {} };
  const stage = new TraceStage(vocabulary, DEFAULT_ASSEMBLE_LIMITS, hooks);
  const format = createFormats(vocabulary.names).byName['otlp-proto'];
  const batch = new SpanBatch(vocabulary.names);
  const request = new Request(kind);
  let sent = 0;
  const grown = (): number => (kind === 'open-spans' ? stage.assembler.openSpans : sent);
  for (let number = 1; grown() < spans; number++) {
    batch.clear();
    const outcome = format.decode(request.numbered(number), batch);
    if (outcome.fatal || outcome.rejected > 0) throw new Error(JSON.stringify(outcome));
    stage.add(batch);
    sent += batch.length;
  }
  globalThis.gc?.();
  return {
    spans: sent,
    rssMiB: process.memoryUsage.rss() / MIB,
    peakRssMiB: process.resourceUsage().maxRSS / 1024,
    openSpans: stage.assembler.openSpans,
    openTraces: stage.assembler.openTraces,
    operations: vocabulary.names.operationCount,
    components: vocabulary.table.size,
  };
}

/** One OTLP request whose marks are written over, so that nothing but the receiver's memory grows. */
class Request {
  readonly #bytes: Buffer;
  readonly #idsAt: readonly number[];
  readonly #namesAt: readonly number[];
  #names = 0;

  constructor(kind: MemoryCase) {
    this.#bytes = Buffer.from(encodeOtlpProto(templateBatch()));
    this.#idsAt = positions(this.#bytes, ID_MARK);
    this.#namesAt = kind === 'operation-names' ? positions(this.#bytes, NAME_MARK) : [];
  }

  numbered(number: number): Buffer {
    for (const at of this.#idsAt) this.#bytes.writeInt32BE(number, at);
    for (const at of this.#namesAt) {
      let rest = this.#names++;
      for (let i = 0; i < NAME_MARK.length; i++) {
        this.#bytes[at + i] = LETTERS[rest % LETTERS.length];
        rest = Math.floor(rest / LETTERS.length);
      }
    }
    return this.#bytes;
  }
}

/** Chains of calls through sixteen services, a millisecond each. */
function templateBatch(): SpanBatch {
  const batch = new SpanBatch(new Names());
  const mark = Buffer.from(ID_MARK).readInt32BE();
  for (let trace = 1; trace <= TRACES; trace++) {
    for (let depth = 0; depth < SPANS_PER_TRACE; depth++) {
      const service = batch.names.service({ environment: 'bench', namespace: '', name: `service-${depth}` });
      const i = batch.push();
      batch.traceId.set([1, 0, mark, trace], i * 4);
      batch.spanId.set([trace, depth + 1], i * 2);
      if (depth > 0) batch.parentId.set([trace, depth], i * 2);
      batch.service[i] = service;
      batch.operation[i] = batch.names.operation(service, `browse ${NAME_MARK}`);
      batch.kind[i] = SpanKind.Server;
      batch.startUs[i] = START_US + depth * 1000;
      batch.durationUs[i] = (SPANS_PER_TRACE - depth) * 1000;
    }
  }
  return batch;
}

function positions(bytes: Buffer, mark: string): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) found.push(at);
  return found;
}

const [, , kind, spans] = process.argv;
process.stdout.write(JSON.stringify(measure(kind as MemoryCase, Number(spans))));
