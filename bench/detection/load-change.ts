import type { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import type { FileRecord } from '../../src/sources/file/index.ts';
import type { Change } from './spanwatch.ts';

/** Times a trace that starts to arrive from `fromUs` on is replayed: 0 drops it. */
type Copies = (batch: SpanBatch, span: number) => number;

/** From `fromUs` (epoch microseconds) on, one trace in `n` is kept, by a hash of its id. */
export function dropToOneIn(n: number, fromUs: number): Change {
  return changeFrom(fromUs, (batch, span) => (hashOf(batch, span) % n === 0 ? 1 : 0));
}

/** From `fromUs` (epoch microseconds) on, every trace comes twice, the second time under another id. */
export function double(fromUs: number): Change {
  return changeFrom(fromUs, () => 2);
}

/** A trace changes as a whole: by when its first span arrives. */
function changeFrom(fromUs: number, copies: Copies): Change {
  return async function* (records: AsyncIterable<FileRecord>, names: Names) {
    const seenBefore = new Set<string>();
    for await (const record of records) {
      const { batch } = record;
      if (record.arrivalUs < fromUs) {
        for (let i = 0; i < batch.length; i++) seenBefore.add(idOf(batch, i));
        yield record;
        continue;
      }
      const changed = new SpanBatch(names);
      for (let i = 0; i < batch.length; i++) {
        const times = seenBefore.has(idOf(batch, i)) ? 1 : copies(batch, i);
        for (let copy = 0; copy < times; copy++) copySpan(batch, i, { to: changed, copy });
      }
      if (changed.length > 0) yield { ...record, batch: changed };
    }
  };
}

function idOf({ traceId }: SpanBatch, span: number): string {
  return traceId.subarray(span * 4, span * 4 + 4).join();
}

function hashOf({ traceId }: SpanBatch, span: number): number {
  let hash = 0;
  for (let w = span * 4; w < span * 4 + 4; w++) hash = Math.imul(hash ^ traceId[w], 0x9e3779b1);
  return (hash ^ (hash >>> 15)) >>> 0;
}

const COLUMNS = [
  'service',
  'operation',
  'instance',
  'version',
  'node',
  'peer',
  'kind',
  'flags',
  'statusClass',
  'startUs',
  'durationUs',
  'weight',
] as const;

function copySpan(
  from: SpanBatch,
  i: number,
  { to, copy }: { readonly to: SpanBatch; readonly copy: number },
): void {
  const k = to.push();
  for (const column of COLUMNS) to[column][k] = from[column][i];
  for (let w = 0; w < 4; w++) to.traceId[k * 4 + w] = from.traceId[i * 4 + w];
  // The copies of a trace differ in one word of their id.
  to.traceId[k * 4] ^= copy;
  for (let w = 0; w < 2; w++) {
    to.spanId[k * 2 + w] = from.spanId[i * 2 + w];
    to.parentId[k * 2 + w] = from.parentId[i * 2 + w];
  }
}
