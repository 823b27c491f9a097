import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORPHAN, ROOT, type Trace } from '../../src/domain/trace.ts';
import { MOST_SPANS, TraceRing } from '../../src/traces/trace-ring.ts';
import { type PlainSpan, traceOf } from '../measure/traces.ts';

const chain = (spans: number): PlainSpan[] =>
  Array.from({ length: spans }, (_, i) => ({ parent: i - 1, from: 1e6 + i, to: 2e6 - i }));

function numbered(trace: Trace, n: number): Trace {
  return { ...trace, traceId: Int32Array.of(0, 0, 0, n) };
}

describe('a ring of whole traces', () => {
  it('gives a trace back as it was, spans in order of their start', () => {
    const trace = traceOf([
      { parent: 1, from: 1_000_500, to: 1_000_900, service: 'pay', operation: 'Charge', failed: true },
      { parent: ROOT, from: 1_000_000, to: 1_002_000, service: 'web', operation: 'GET /', kind: 'Server' },
      { parent: ORPHAN, from: 1_000_700, to: 1_000_600, service: 'pay', peer: 'redis', kind: 'Client' },
    ]);
    const ring = new TraceRing({ spans: 1000, traces: 10 });
    ring.add(trace);
    expect(ring.find(trace, trace.traceId)).toEqual({
      traceId: '00000001000000020000000300000004',
      startMs: 1000,
      omitted: 0,
      spans: [
        span('0000000300000004', '', { service: 'web', operation: 'GET /', kind: 'server' }, [0, 2000]),
        span(
          '0000000100000002',
          '0000000300000004',
          { service: 'pay', operation: 'Charge', failed: true },
          [500, 400],
        ),
        // A sender's clock that went back is no negative duration.
        span(
          '0000000500000006',
          '',
          { service: 'pay', operation: 'op {n}', kind: 'client', peer: 'redis' },
          [700, 0],
        ),
      ],
    });
  });

  it('of a trace that is too long the longest spans stay, still a tree, and the rest is counted', () => {
    const trace = traceOf(chain(MOST_SPANS + 40));
    const ring = new TraceRing({ spans: 1000, traces: 10 });
    ring.add(trace);
    const kept = ring.find(trace, trace.traceId);
    expect(kept?.spans).toHaveLength(MOST_SPANS);
    expect(kept?.omitted).toBe(40);
    const ids = new Set(kept?.spans.map(({ spanId }) => spanId));
    expect(kept?.spans.filter(({ parentId }) => parentId === '')).toHaveLength(1);
    for (const { parentId } of kept?.spans ?? []) expect(parentId === '' || ids.has(parentId)).toBe(true);
  });

  it('whatever was added, the last ones are there and right, and memory stays what it was', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 60 }), (lengths) => {
        const ring = new TraceRing({ spans: 1000, traces: 8 });
        const traces = lengths.map((length, n) => numbered(traceOf(chain(length)), n + 1));
        let present = 0;
        for (const trace of traces) {
          ring.add(trace);
          expect(ring.size).toBeLessThanOrEqual(1000);
          expect(ring.find(trace, trace.traceId)?.spans).toHaveLength(Math.min(MOST_SPANS, trace.spanCount));
        }
        for (const trace of traces) {
          const kept = ring.find(trace, trace.traceId);
          // Once the first is found, all later ones are: the oldest go first.
          if (kept === undefined) expect(present).toBe(0);
          else {
            present++;
            expect(kept.spans).toHaveLength(Math.min(MOST_SPANS, trace.spanCount));
            expect(kept.spans.at(-1)?.startUs).toBe(Math.min(MOST_SPANS, trace.spanCount) - 1);
          }
        }
      }),
    );
  });
});

function span(
  spanId: string,
  parentId: string,
  over: object,
  [startUs, durationUs]: [number, number],
): object {
  return { spanId, parentId, kind: 'internal', failed: false, ...over, startUs, durationUs };
}
