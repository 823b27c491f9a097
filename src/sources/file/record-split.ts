import type { SpanBatch } from '../../domain/span-batch.ts';

/** Spans of a batch that arrive together, as indices. */
export interface SpanGroup {
  readonly arrivalUs: number;
  readonly spans: readonly number[];
}

/** The spans of each trace together, ordered by the latest span end. */
export function groupByTrace(batch: SpanBatch): SpanGroup[] {
  const groups = new Map<string, number[]>();
  const { traceId } = batch;
  for (let i = 0; i < batch.length; i++) {
    const t = i * 4;
    addTo(groups, `${traceId[t]},${traceId[t + 1]},${traceId[t + 2]},${traceId[t + 3]}`, i);
  }
  return ordered(batch, groups.values());
}

/** The spans that end within the same second together: a whole capture in one message then still moves evenly. */
export function groupBySecond(batch: SpanBatch): SpanGroup[] {
  const groups = new Map<number, number[]>();
  for (let i = 0; i < batch.length; i++) addTo(groups, Math.floor(endOf(batch, i) / 1e6), i);
  return ordered(batch, groups.values());
}

function addTo<K>(groups: Map<K, number[]>, key: K, i: number): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [i]);
  else group.push(i);
}

function ordered(batch: SpanBatch, groups: Iterable<number[]>): SpanGroup[] {
  const list: SpanGroup[] = [];
  for (const spans of groups) {
    let arrivalUs = 0;
    for (const i of spans) arrivalUs = Math.max(arrivalUs, endOf(batch, i));
    list.push({ arrivalUs, spans });
  }
  return list.sort((a, b) => a.arrivalUs - b.arrivalUs);
}

function endOf(batch: SpanBatch, i: number): number {
  return batch.startUs[i] + batch.durationUs[i];
}
