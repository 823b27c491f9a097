import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOSE_REASONS, ORPHAN, ROOT } from '../../src/domain/trace.ts';
import { assembling, hostileStream, START_US } from './streams.ts';

const limits = fc.record({
  maxSpansPerTrace: fc.integer({ min: 1, max: 12 }),
  maxOpenTraces: fc.integer({ min: 1, max: 8 }),
  maxOpenSpans: fc.integer({ min: 1, max: 30 }),
});

describe('the assembler, whatever comes in', () => {
  it('stays within its bounds, and every span leaves in one trace or one counter', () => {
    fc.assert(
      fc.property(hostileStream, limits, (stream, small) => {
        const { assembler, seen, add } = assembling(small);
        let spansIn = 0;
        for (const batch of stream) {
          if (batch === null) {
            assembler.watermark.advanceTo(assembler.watermark.us + 7e6);
            assembler.closeDue();
            continue;
          }
          for (const span of batch) {
            add(span);
            expect(assembler.openSpans).toBeLessThanOrEqual(small.maxOpenSpans);
            expect(assembler.openTraces).toBeLessThanOrEqual(small.maxOpenTraces);
          }
          spansIn += batch.length;
        }
        assembler.flush();
        const { counts } = assembler;
        const out = seen.reduce((sum, trace) => sum + trace.spans.length, 0);
        expect(counts.spansIn).toBe(spansIn);
        expect(out + counts.dropped + counts.duplicates).toBe(spansIn);
        expect([assembler.openSpans, assembler.openTraces]).toEqual([0, 0]);
        const closed = CLOSE_REASONS.reduce((sum, reason) => sum + counts.closed[reason], 0);
        expect(closed).toBe(seen.length);
      }),
      { numRuns: 100 },
    );
  });

  it('hands out trees: distinct spans, parents that are there, no circle', () => {
    const tangled = fc.array(
      fc.record({ trace: fc.constant(1), span: fc.integer({ min: 1, max: 12 }), parent: fc.nat(13) }),
      { minLength: 1, maxLength: 20, size: 'max' },
    );
    fc.assert(
      fc.property(tangled, (tangle) => {
        const { assembler, seen, add } = assembling();
        add(...tangle);
        assembler.flush();
        for (const { spans, parents } of seen) {
          expect(new Set(spans).size).toBe(spans.length);
          parents.forEach((_, i) => {
            let at = i;
            for (let steps = 0; at >= 0; steps++) {
              expect(steps).toBeLessThanOrEqual(spans.length);
              at = parents[at];
            }
            expect([ROOT, ORPHAN]).toContain(at);
          });
        }
      }),
      { numRuns: 100 },
    );
  });

  it('never hands out an empty trace or one over its limit by more than its root', () => {
    fc.assert(
      fc.property(hostileStream, limits, (stream, small) => {
        const { assembler, seen, add } = assembling(small);
        for (const batch of stream) add(...(batch ?? []));
        assembler.flush();
        for (const trace of seen) {
          expect(trace.spans.length).toBeGreaterThan(0);
          expect(trace.spans.length).toBeLessThanOrEqual(small.maxSpansPerTrace + 1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is the same for one batch as for many, when nothing falls due in between', () => {
    const calm = fc.array(
      fc.record({
        trace: fc.integer({ min: 1, max: 9 }),
        span: fc.integer({ min: 1, max: 30 }),
        parent: fc.integer({ min: 0, max: 30 }),
        at: fc.double({ min: 0, max: 3, noNaN: true }),
      }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(calm, (spans) => {
        const [one, many] = [assembling(), assembling()];
        one.add(...spans);
        for (const span of spans) many.add(span);
        one.assembler.flush();
        many.assembler.flush();
        const order = (a: { trace: number }, b: { trace: number }): number => a.trace - b.trace;
        expect(many.seen.sort(order)).toEqual(one.seen.sort(order));
      }),
      { numRuns: 60 },
    );
  });

  it('takes a hundred thousand spans in one trace', () => {
    const { assembler, seen, add } = assembling({ maxSpansPerTrace: 20_000, maxOpenSpans: 50_000 });
    for (let n = 0; n < 100; n++) {
      add(
        ...Array.from({ length: 1000 }, (_, i) => {
          const span = n * 1000 + i + 1;
          return { trace: 1, span, parent: span - 1, startUs: START_US };
        }),
      );
    }
    assembler.flush();
    expect(seen[0].spans.length + assembler.counts.dropped).toBe(100_000);
    expect(seen[0].spans.length).toBe(20_000);
    expect(seen[0].dropped).toBe(80_000);
  });
});
