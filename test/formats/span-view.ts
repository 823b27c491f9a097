import { wordsToHex } from '../../src/domain/ids.ts';
import type { SpanBatch } from '../../src/domain/span-batch.ts';

/** A span of a batch as one object with its names spelled out, for comparing. */
export function spanView(batch: SpanBatch, i: number) {
  const { names } = batch;
  return {
    traceId: wordsToHex(batch.traceId, i * 4, 4),
    spanId: wordsToHex(batch.spanId, i * 2, 2),
    parentId: wordsToHex(batch.parentId, i * 2, 2),
    service: names.serviceIdentity(batch.service[i]),
    operation: names.operationName(batch.operation[i]),
    instance: names.slotName(batch.instance[i]),
    version: names.slotName(batch.version[i]),
    node: names.slotName(batch.node[i]),
    peer: names.slotName(batch.peer[i]),
    kind: batch.kind[i],
    flags: batch.flags[i],
    statusClass: batch.statusClass[i],
    startUs: batch.startUs[i],
    durationUs: batch.durationUs[i],
    weight: batch.weight[i],
  };
}

export function spanViews(batch: SpanBatch) {
  return Array.from({ length: batch.length }, (_, i) => spanView(batch, i));
}

export type SpanView = ReturnType<typeof spanView>;
