import { wordsToHex } from '../../domain/ids.ts';
import { OVERFLOW_NAME } from '../../domain/names.ts';
import type { SpanBatch } from '../../domain/span-batch.ts';
import type { Slice } from '../pulling/index.ts';

/**
 * Rows of the index by service, one a span of it, that a Jaeger on Cassandra reads for each trace that is asked for: what
 * traces they name is all that it gives, fewer than asked for when traces have many spans of the service (`limitMultiple`
 * in Jaeger's cassandra/spanstore/reader.go; stores modelled on it, such as YDB's, do the same).
 */
const ROWS_PER_TRACE = 3;

/**
 * Whether an answer may have been cut: it has as many traces as were asked for, or as many spans of the asked service that
 * start in the slice as a Cassandra reads rows. Whole traces come, so that an answer that was cut has at least those.
 */
export function isFull(
  answer: SpanBatch,
  { service, slice, limit }: { service: string; slice: Slice; limit: number },
): boolean {
  return tracesIn(answer) >= limit || spansOf(answer, service, slice) >= ROWS_PER_TRACE * limit;
}

function tracesIn(batch: SpanBatch): number {
  const traces = new Set<string>();
  for (let i = 0; i < batch.length; i++) traces.add(wordsToHex(batch.traceId, i * 4, 4));
  return traces.size;
}

function spansOf(batch: SpanBatch, service: string, { fromMs, toMs }: Slice): number {
  const { names } = batch;
  const kept = service.slice(0, names.limits.maxNameLength);
  const isIts = new Map<number, boolean>();
  let count = 0;
  for (let i = 0; i < batch.length; i++) {
    if (batch.startUs[i] < fromMs * 1000 || batch.startUs[i] > toMs * 1000) continue;
    const id = batch.service[i];
    let its = isIts.get(id);
    if (its === undefined) {
      const { name } = names.serviceIdentity(id);
      isIts.set(id, (its = name === kept || name === OVERFLOW_NAME));
    }
    if (its) count++;
  }
  return count;
}
