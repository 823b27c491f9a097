import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseComponent } from '../../src/domain/component-grammar.ts';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch, SpanKind } from '../../src/domain/span-batch.ts';
import { type ExcessKind, type OneTrace, type OneTraceOptions, oneTrace } from '../../src/simulator/index.ts';
import { NO_PARENT, type PlainSpan, START_MS, plainSpans } from './spans-of.ts';

const KINDS: ExcessKind[] = ['self', 'request', 'response', 'dependency', 'async'];

function made(options: Omit<OneTraceOptions, 'startMs'>): { trace: OneTrace; spans: PlainSpan[] } {
  const batch = new SpanBatch(new Names());
  const trace = oneTrace({ startMs: START_MS, ...options }, batch);
  return { trace, spans: plainSpans(batch) };
}

/** The largest time that the truth's component takes anywhere in the trace, microseconds. */
function largest(component: string, spans: PlainSpan[]): number {
  const { kind, service, operation, callee, calleeOperation, peer } = parseComponent(component);
  const own = spans.filter((span) => span.service === service.name);
  if (kind === 'self')
    return Math.max(...own.filter((s) => s.operation === operation).map((s) => s.endUs - s.startUs));
  if (kind === 'dependency')
    return Math.max(...own.filter((s) => s.peer === peer).map((s) => s.endUs - s.startUs));
  const gaps = spans
    .filter(
      (s) => s.kind === SpanKind.Server && s.service === callee?.name && s.operation === calleeOperation,
    )
    .map((server) => ({ server, client: own.find((span) => span.id === server.parentId) }))
    .map(({ server, client }) => {
      if (client === undefined) return 0;
      return kind === 'request' ? server.startUs - client.startUs : client.endUs - server.endUs;
    });
  return Math.max(...gaps);
}

describe('oneTrace', () => {
  it('gives the same trace for the same seed, whatever else was made before', () => {
    const batch = new SpanBatch(new Names());
    oneTrace({ seed: 1, startMs: START_MS }, batch);
    const before = batch.length;
    const second = oneTrace({ seed: 2, startMs: START_MS }, batch);
    const alone = made({ seed: 2 });
    expect(second).toEqual(alone.trace);
    expect(plainSpans(batch).slice(before)).toEqual(alone.spans);
  });

  it.each(KINDS)('shows an excess of kind %s where it says', (kind) => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 50, max: 2000 }), (seed, addMs) => {
        const { trace, spans } = made({ seed, causes: [{ kind, addMs }] });
        expect(trace.spans).toBe(spans.length);
        expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([trace.traceId]));
        const [truth] = trace.truths;
        // Two hosts of the shop are at most 4 ms apart.
        expect(largest(truth.component, spans)).toBeGreaterThan(addMs * 1000 - 4100);
        if (kind === 'async') expect(truth.rootExcessUs).toBeCloseTo(0, 0);
        else expect(truth.rootExcessUs).toBeGreaterThan(addMs * 900);
      }),
      { numRuns: 40 },
    );
  });

  it('makes whole traces: one root, a parent for every other span', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { spans } = made({ seed });
        const ids = new Set(spans.map((span) => span.id));
        expect(spans.filter((span) => span.parentId === NO_PARENT)).toHaveLength(1);
        expect(spans.every((span) => span.parentId === NO_PARENT || ids.has(span.parentId))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('trips no timeout: an answer that is 790 ms late where 800 are allowed is put elsewhere', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { trace, spans } = made({ seed, causes: [{ kind: 'response', addMs: 790 }] });
      expect(largest(trace.truths[0].component, spans)).toBeGreaterThan(785_900);
    }
  });

  it('puts two causes into two services, and the root takes longer by both', () => {
    for (let seed = 0; seed < 40; seed++) {
      const { trace } = made({
        seed,
        causes: [
          { kind: 'self', addMs: 300 },
          { kind: 'response', addMs: 200 },
        ],
      });
      expect(new Set(trace.truths.map((truth) => truth.service)).size).toBe(2);
      expect(trace.truths[0].rootExcessUs).toBeGreaterThan(450_000);
    }
  });

  it('draws all kinds, one cause or two, of 50 to 2,000 ms when not told', () => {
    const kinds = new Set<string>();
    const counts = new Set<number>();
    for (let seed = 0; seed < 80; seed++) {
      const { truths } = made({ seed }).trace;
      counts.add(truths.length);
      for (const { kind, addUs } of truths) {
        kinds.add(kind);
        expect(addUs).toBeGreaterThanOrEqual(50_000);
        expect(addUs).toBeLessThanOrEqual(2_000_000);
      }
    }
    expect([...kinds].sort()).toEqual([...KINDS].sort());
    expect(counts).toEqual(new Set([1, 2]));
  });

  it('says so when a topology has no such place', async () => {
    const { SHOP } = await import('../../src/simulator/shop.ts');
    const topology = { ...SHOP, entries: SHOP.entries.filter((entry) => entry.operation === 'GET /search') };
    expect(() => made({ seed: 1, topology, causes: [{ kind: 'async', addMs: 100 }] })).toThrow('async');
  });
});
