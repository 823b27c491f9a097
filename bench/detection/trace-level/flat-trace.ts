import type { Names } from '../../../src/domain/names.ts';
import type { SpanBatch } from '../../../src/domain/span-batch.ts';
import { SpanFlag } from '../../../src/domain/span-batch.ts';

/** A span of a data set that has no OTLP of its own. */
export interface FlatSpan {
  readonly service: string;
  readonly operation: string;
  /** Of `SpanKind`. */
  readonly kind: number;
  /** Index of the parent in the trace; -1 for a root. */
  readonly parent: number;
  /** Who was called, when that is known. */
  readonly peer?: string;
  /** Microseconds after the trace's begin. */
  readonly startUs: number;
  readonly durationUs: number;
  readonly failed: boolean;
}

export type FlatTrace = readonly FlatSpan[];

/** Appends the trace as number `id` (from 1), beginning at `atUs`. */
export function appendTrace(
  trace: FlatTrace,
  batch: SpanBatch,
  { id, atUs }: { id: number; atUs: number },
): void {
  const { names } = batch;
  trace.forEach((span, number) => {
    const i = batch.push();
    batch.traceId[i * 4 + 3] = id;
    batch.spanId[i * 2 + 1] = number + 1;
    batch.parentId[i * 2 + 1] = span.parent + 1;
    const service = serviceOf(names, span.service);
    batch.service[i] = service;
    batch.operation[i] = names.operation(service, span.operation);
    if (span.peer !== undefined) batch.peer[i] = names.slot('peer', service, span.peer);
    batch.kind[i] = span.kind;
    if (span.failed) batch.flags[i] |= SpanFlag.Error;
    batch.startUs[i] = atUs + span.startUs;
    batch.durationUs[i] = span.durationUs;
  });
}

function serviceOf(names: Names, name: string): number {
  return names.service({ environment: '', namespace: '', name });
}
