import fc from 'fast-check';
import { Names } from '../../src/domain/names.ts';
import { SpanFlag, SpanKind } from '../../src/domain/span-batch.ts';
import { ORPHAN, ROOT, type Trace } from '../../src/domain/trace.ts';

/** A span as a test says it; times in microseconds. */
export interface PlainSpan {
  /** Index of the parent, ROOT or ORPHAN. */
  readonly parent: number;
  readonly from: number;
  readonly to: number;
  readonly service?: string;
  readonly operation?: string;
  readonly kind?: keyof typeof SpanKind;
  readonly peer?: string;
  readonly failed?: boolean;
  readonly follows?: boolean;
}

export function traceOf(spans: readonly PlainSpan[], names = new Names()): Trace {
  const n = spans.length;
  const service = spans.map((span) =>
    names.service({ environment: '', namespace: '', name: span.service ?? 'a' }),
  );
  return {
    names,
    traceId: Int32Array.of(1, 2, 3, 4),
    spanCount: n,
    spanId: Int32Array.from({ length: n * 2 }, (_, i) => i + 1),
    parent: Int32Array.from(spans, (span) => span.parent),
    service: Int32Array.from(service),
    operation: Int32Array.from(spans, (span, i) => names.operation(service[i], span.operation ?? `op ${i}`)),
    instance: new Int32Array(n),
    version: new Int32Array(n),
    node: new Int32Array(n),
    peer: Int32Array.from(spans, (span, i) => names.slot('peer', service[i], span.peer ?? '')),
    kind: Uint8Array.from(spans, (span) => SpanKind[span.kind ?? 'Internal']),
    flags: Uint8Array.from(
      spans,
      (span) => (span.failed ? SpanFlag.Error : 0) | (span.follows ? SpanFlag.FollowsFrom : 0),
    ),
    statusClass: new Uint8Array(n),
    startUs: Float64Array.from(spans, (span) => span.from),
    endUs: Float64Array.from(spans, (span) => span.to),
    weight: new Float32Array(n).fill(1),
    latestEndUs: Math.max(0, ...spans.map((span) => span.to)),
    reason: 'quiet',
    dropped: 0,
  };
}

const kinds = Object.keys(SpanKind) as (keyof typeof SpanKind)[];

/**
 * Any tree: overlapping siblings, children outside their parent's time, asynchronous ones, orphans, several roots, spans
 * without duration. Parents come before or after their children by a shuffle of the indices.
 */
export const anyTree: fc.Arbitrary<PlainSpan[]> = fc
  .array(
    fc.record({
      up: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      orphan: fc.constantFrom(false, false, false, false, false, true),
      from: fc.integer({ min: 0, max: 1000 }),
      length: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1200 })),
      service: fc.constantFrom('a', 'b', 'c'),
      kind: fc.constantFrom(...kinds),
      follows: fc.constantFrom(false, false, false, true),
      failed: fc.boolean(),
      peer: fc.constantFrom('', '', 'postgres'),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .chain((spans) =>
    fc.shuffledSubarray(Array.from(spans.keys()), { minLength: spans.length }).map((place) => {
      const placed: PlainSpan[] = [];
      spans.forEach(({ up, orphan, from, length, ...rest }, i) => {
        const parent = i === 0 ? ROOT : orphan ? ORPHAN : place[Math.floor(up * i)];
        placed[place[i]] = { parent, from, to: from + length, ...rest };
      });
      return placed;
    }),
  );

/** A tree in which children follow one another inside their parent. */
export const sequentialTree: fc.Arbitrary<PlainSpan[]> = fc
  .tuple(fc.integer({ min: 100, max: 100_000 }), fc.array(fc.nat(1000), { maxLength: 60 }))
  .map(([durationUs, draws]) => {
    const spans: PlainSpan[] = [{ parent: ROOT, from: 0, to: durationUs, kind: 'Server' }];
    /** Where the next child of each span may begin. */
    const next = [0];
    draws.forEach((draw) => {
      const parent = draw % spans.length;
      const from = next[parent] + (draw % 7);
      const to = Math.min(spans[parent].to, from + ((draw * 37) % 5000));
      if (from >= to) return;
      next[parent] = to;
      next.push(from);
      spans.push({ parent, from, to, service: `s${draw % 3}`, kind: 'Server' });
    });
    return spans;
  });
