import type { SpanBatch } from './span-batch.ts';

/** Overwrites span `j` of `to`, which exists, with span `i` of `from`. */
export function copySpan(from: SpanBatch, i: number, to: SpanBatch, j: number): void {
  for (let w = 0; w < 4; w++) to.traceId[j * 4 + w] = from.traceId[i * 4 + w];
  for (let w = 0; w < 2; w++) {
    to.spanId[j * 2 + w] = from.spanId[i * 2 + w];
    to.parentId[j * 2 + w] = from.parentId[i * 2 + w];
  }
  to.service[j] = from.service[i];
  to.operation[j] = from.operation[i];
  to.instance[j] = from.instance[i];
  to.version[j] = from.version[i];
  to.node[j] = from.node[i];
  to.peer[j] = from.peer[i];
  to.kind[j] = from.kind[i];
  to.flags[j] = from.flags[i];
  to.statusClass[j] = from.statusClass[i];
  to.startUs[j] = from.startUs[i];
  to.durationUs[j] = from.durationUs[i];
  to.weight[j] = from.weight[i];
}
