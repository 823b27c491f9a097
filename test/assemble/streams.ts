import fc from 'fast-check';
import { Assembler, type AssembleLimits, TraceBuilder } from '../../src/assemble/index.ts';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import type { CloseReason, Trace } from '../../src/domain/trace.ts';

export const START_US = Date.UTC(2026, 4, 1, 12) * 1000;
export const YEAR_2100_US = Date.UTC(2099, 11, 31) * 1000;

/** A span as a test says it: ids are small numbers, times seconds after START_US. */
export interface PlainSpan {
  readonly trace: number;
  readonly span: number;
  /** 0 or absent: a root. */
  readonly parent?: number;
  readonly at?: number;
  readonly seconds?: number;
  /** Instead of `at`. */
  readonly startUs?: number;
}

export interface SeenTrace {
  readonly trace: number;
  readonly spans: number[];
  readonly parents: number[];
  readonly reason: CloseReason;
  readonly dropped: number;
  readonly latestEndUs: number;
}

export const SMALL: AssembleLimits = {
  quietMs: 5_000,
  incompleteMs: 30_000,
  maxAgeMs: 300_000,
  maxSpansPerTrace: 20,
  maxOpenTraces: 1000,
  maxOpenSpans: 10_000,
};

export function fill(batch: SpanBatch, spans: readonly PlainSpan[]): SpanBatch {
  batch.clear();
  for (const span of spans) {
    const i = batch.push();
    batch.traceId.set([span.trace, 7, 7, span.trace], i * 4);
    batch.spanId.set([1, span.span], i * 2);
    if (span.parent) batch.parentId.set([1, span.parent], i * 2);
    batch.service[i] = batch.operation[i] = 1;
    batch.startUs[i] = span.startUs ?? START_US + (span.at ?? 0) * 1e6;
    batch.durationUs[i] = (span.seconds ?? 0) * 1e6;
  }
  return batch;
}

/** An assembler whose traces are written down. */
export function assembling(limits: Partial<AssembleLimits> = {}): {
  readonly assembler: Assembler;
  readonly seen: SeenTrace[];
  readonly add: (...spans: PlainSpan[]) => void;
} {
  const names = new Names();
  const seen: SeenTrace[] = [];
  const assembler = new Assembler({ ...SMALL, ...limits }, new TraceBuilder(names), (trace) => {
    seen.push(written(trace));
  });
  const batch = new SpanBatch(names, 4);
  return { assembler, seen, add: (...spans) => assembler.add(fill(batch, spans)) };
}

function written(trace: Trace): SeenTrace {
  const spans = Array.from({ length: trace.spanCount }, (_, i) => trace.spanId[i * 2 + 1]);
  return {
    trace: trace.traceId[0],
    spans,
    parents: [...trace.parent.subarray(0, trace.spanCount)],
    reason: trace.reason,
    dropped: trace.dropped,
    latestEndUs: trace.latestEndUs,
  };
}

/** Spans of every bad sort: ids that come again, parents that are missing, selves or in a circle, times of any century. */
export const hostileSpan: fc.Arbitrary<PlainSpan> = fc.record({
  trace: fc.integer({ min: 1, max: 12 }),
  span: fc.integer({ min: 1, max: 15 }),
  parent: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20 })),
  startUs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 600 }).map((s) => START_US + s * 1e6) },
    { weight: 1, arbitrary: fc.constantFrom(0, YEAR_2100_US, START_US - 86_400e6, START_US + 86_400e6) },
  ),
  seconds: fc.constantFrom(0, 0, 0.001, 1, 40, 3600),
});

/** Batches in the order in which they arrive; null lets time pass without spans. */
export const hostileStream: fc.Arbitrary<(PlainSpan[] | null)[]> = fc.array(
  fc.option(fc.array(hostileSpan, { maxLength: 40, size: 'max' }), { freq: 8 }),
  { maxLength: 12, size: 'max' },
);
