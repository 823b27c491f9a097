import { Assembler, DEFAULT_ASSEMBLE_LIMITS, TraceBuilder } from '../src/assemble/index.ts';
import { TraceIndex } from '../src/assemble/trace-index.ts';
import { Names } from '../src/domain/names.ts';
import { SpanBatch } from '../src/domain/span-batch.ts';
import { createRandom } from '../src/runtime/index.ts';
import { medianMs } from './medians.ts';

/** Spans a second. */
export interface AssemblyBench {
  readonly openTraces: number;
  readonly spansPerTrace: number;
  /** Trace ids found, entered and removed, nothing else. */
  readonly index: number;
  readonly mapOfHex: number;
  readonly indexRatio: number;
  /** The whole room: spans copied, traces closed, duplicates dropped, parents resolved. */
  readonly assembler: number;
  /** The same work with a Map of hex ids, arrays of objects, and a Map of span ids for each trace. */
  readonly objects: number;
  readonly assemblerRatio: number;
}

const BATCH_SPANS = 512;

/** Spans of many traces at once, one of each trace after the other, so that no two neighbours share a trace. */
export function benchAssembly(rounds = 5, openTraces = 50_000, spansPerTrace = 8): AssemblyBench {
  const batches = interleavedBatches(openTraces, spansPerTrace);
  const spans = openTraces * spansPerTrace;
  const ms = medianMs(
    [
      { name: 'index', run: () => indexAll(batches, openTraces) },
      { name: 'mapOfHex', run: () => mapAll(batches) },
      { name: 'assembler', run: () => assembleAll(batches) },
      { name: 'objects', run: () => assembleObjects(batches) },
    ],
    rounds,
  );
  const speed = (name: string): number => (spans / ms[name]) * 1000;
  return {
    openTraces,
    spansPerTrace,
    index: speed('index'),
    mapOfHex: speed('mapOfHex'),
    indexRatio: ms.mapOfHex / ms.index,
    assembler: speed('assembler'),
    objects: speed('objects'),
    assemblerRatio: ms.objects / ms.assembler,
  };
}

function interleavedBatches(traces: number, spansPerTrace: number): SpanBatch[] {
  const random = createRandom(17);
  const word = (): number => Math.floor(random() * 2 ** 32) | 0;
  const names = new Names();
  const ids = Int32Array.from({ length: traces * 4 }, word);
  const roots = Int32Array.from({ length: traces * 2 }, word);
  const batches: SpanBatch[] = [];
  for (let n = 0; n < traces * spansPerTrace; n++) {
    if (n % BATCH_SPANS === 0) batches.push(new SpanBatch(names, BATCH_SPANS));
    const batch = batches[batches.length - 1];
    const i = batch.push();
    const trace = n % traces;
    const isRoot = n < traces;
    batch.traceId.set(ids.subarray(trace * 4, trace * 4 + 4), i * 4);
    for (let w = 0; w < 2; w++) {
      batch.spanId[i * 2 + w] = isRoot ? roots[trace * 2 + w] : word();
      batch.parentId[i * 2 + w] = isRoot ? 0 : roots[trace * 2 + w];
    }
    batch.startUs[i] = 1e15 + n;
    batch.durationUs[i] = 1000;
  }
  return batches;
}

function indexAll(batches: readonly SpanBatch[], traces: number): void {
  const ids = new Int32Array(traces * 4);
  const index = new TraceIndex(ids);
  let records = 0;
  for (const { traceId, length } of batches) {
    for (let i = 0; i < length; i++) {
      if (index.find(traceId, i * 4) >= 0) continue;
      for (let w = 0; w < 4; w++) ids[records * 4 + w] = traceId[i * 4 + w];
      index.insert(records++);
    }
  }
  for (let record = 0; record < records; record++) index.remove(record);
}

function mapAll(batches: readonly SpanBatch[]): void {
  const index = new Map<string, number>();
  for (const { traceId, length } of batches) {
    for (let i = 0; i < length; i++) {
      const id = hexOf(traceId, i, 16);
      if (!index.has(id)) index.set(id, index.size);
    }
  }
  for (const id of index.keys()) index.delete(id);
}

function assembleAll(batches: readonly SpanBatch[]): void {
  const assembler = new Assembler(DEFAULT_ASSEMBLE_LIMITS, new TraceBuilder(batches[0].names), () => {});
  for (const batch of batches) assembler.add(batch);
  assembler.flush();
}

interface SpanObject {
  readonly spanId: string;
  readonly parentId: string;
  readonly operation: number;
  readonly startUs: number;
  readonly endUs: number;
  parent: SpanObject | undefined;
}

function assembleObjects(batches: readonly SpanBatch[]): void {
  const traces = new Map<string, SpanObject[]>();
  for (const batch of batches) {
    for (let i = 0; i < batch.length; i++) {
      const id = hexOf(batch.traceId, i, 16);
      let spans = traces.get(id);
      if (spans === undefined) traces.set(id, (spans = []));
      spans.push({
        spanId: hexOf(batch.spanId, i, 8),
        parentId: hexOf(batch.parentId, i, 8),
        operation: batch.operation[i],
        startUs: batch.startUs[i],
        endUs: batch.startUs[i] + batch.durationUs[i],
        parent: undefined,
      });
    }
  }
  for (const spans of traces.values()) {
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    for (const span of spans) span.parent = byId.get(span.parentId);
  }
}

/** Node's own way from bytes to hex, which is faster than joining digits. */
function hexOf(words: Int32Array, i: number, bytes: 8 | 16): string {
  return Buffer.from(words.buffer, words.byteOffset + i * bytes, bytes).toString('hex');
}
