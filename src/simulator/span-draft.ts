import { SpanFlag } from '../domain/span-batch.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import type { Draws } from './distribution.ts';
import type { PlannedInstance, PlannedService } from './planned.ts';

/** A span that has begun. Times are microseconds since the start of the simulation, by true time. */
export interface SpanDraft {
  readonly service: PlannedService;
  readonly instance: PlannedInstance;
  readonly operationId: number;
  readonly kind: number;
  readonly peerId: number;
  readonly idHigh: number;
  readonly idLow: number;
  /** Both 0 for a root. */
  readonly parentHigh: number;
  readonly parentLow: number;
  startUs: number;
  endUs: number;
  failed: boolean;
  statusClass: number;
}

/** Takes a finished span of the trace with these id words. */
export type SpanSink = (span: SpanDraft, traceId: Int32Array) => void;

/** A span that begins now, with an id of its own; `parent` is absent for a root. */
export function openSpan(
  parent: SpanDraft | undefined,
  begun: Pick<SpanDraft, 'service' | 'instance' | 'operationId' | 'kind' | 'peerId' | 'startUs'>,
  draws: Draws,
): SpanDraft {
  return {
    service: begun.service,
    instance: begun.instance,
    operationId: begun.operationId,
    kind: begun.kind,
    peerId: begun.peerId,
    idHigh: draws.word(),
    idLow: draws.word() | 1,
    parentHigh: parent?.idHigh ?? 0,
    parentLow: parent?.idLow ?? 0,
    startUs: begun.startUs,
    endUs: begun.startUs,
    failed: false,
    statusClass: 0,
  };
}

/** `originUs` is second 0 since 1970; `clockUs` how far the span's host is ahead; `weight` how many spans it stands for. */
export interface Stamp {
  readonly originUs: number;
  readonly clockUs: number;
  readonly weight: number;
}

/** Appends `span` as its host's clock saw it, in whole microseconds. */
export function appendSpan(batch: SpanBatch, span: SpanDraft, traceId: Int32Array, stamp: Stamp): void {
  const i = batch.push();
  const { instance } = span;
  batch.traceId.set(traceId, i << 2);
  batch.spanId[i << 1] = span.idHigh;
  batch.spanId[(i << 1) + 1] = span.idLow;
  batch.parentId[i << 1] = span.parentHigh;
  batch.parentId[(i << 1) + 1] = span.parentLow;
  batch.service[i] = span.service.id;
  batch.operation[i] = span.operationId;
  batch.instance[i] = instance.id;
  batch.version[i] = instance.versionId;
  batch.node[i] = instance.nodeId;
  batch.peer[i] = span.peerId;
  batch.kind[i] = span.kind;
  batch.flags[i] = span.failed ? SpanFlag.Error : 0;
  batch.statusClass[i] = span.statusClass;
  const start = Math.round(span.startUs + stamp.clockUs);
  batch.startUs[i] = stamp.originUs + start;
  batch.durationUs[i] = Math.round(span.endUs + stamp.clockUs) - start;
  batch.weight[i] = stamp.weight;
}

/** Appends span `from` of `source` to `batch`; both know the same names. */
export function copySpan(source: SpanBatch, from: number, batch: SpanBatch): void {
  const i = batch.push();
  for (let word = 0; word < 4; word++) batch.traceId[(i << 2) + word] = source.traceId[(from << 2) + word];
  for (let word = 0; word < 2; word++) {
    batch.spanId[(i << 1) + word] = source.spanId[(from << 1) + word];
    batch.parentId[(i << 1) + word] = source.parentId[(from << 1) + word];
  }
  batch.service[i] = source.service[from];
  batch.operation[i] = source.operation[from];
  batch.instance[i] = source.instance[from];
  batch.version[i] = source.version[from];
  batch.node[i] = source.node[from];
  batch.peer[i] = source.peer[from];
  batch.kind[i] = source.kind[from];
  batch.flags[i] = source.flags[from];
  batch.statusClass[i] = source.statusClass[from];
  batch.startUs[i] = source.startUs[from];
  batch.durationUs[i] = source.durationUs[from];
  batch.weight[i] = source.weight[from];
}
