import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/domain/trace.ts';
import { OwnTimes } from '../../src/measure/own-time.ts';
import { SpanTree } from '../../src/measure/span-tree.ts';
import { anyTree, type PlainSpan, sequentialTree, traceOf } from './traces.ts';

function ownOf(spans: readonly PlainSpan[]): number[] {
  const trace = traceOf(spans);
  const tree = new SpanTree();
  tree.build(trace);
  const own = new OwnTimes();
  own.compute(trace, tree);
  return [...own.ownUs.subarray(0, spans.length)];
}

describe('own time', () => {
  it('lies between nothing and the duration, in any tree', () => {
    fc.assert(
      fc.property(anyTree, (spans) => {
        ownOf(spans).forEach((us, i) => {
          expect(us).toBeGreaterThanOrEqual(0);
          expect(us).toBeLessThanOrEqual(spans[i].to - spans[i].from);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('sums to the root when children follow one another', () => {
    fc.assert(
      fc.property(sequentialTree, (spans) => {
        const total = ownOf(spans).reduce((sum, us) => sum + us, 0);
        expect(total).toBeCloseTo(spans[0].to - spans[0].from, 6);
      }),
      { numRuns: 300 },
    );
  });

  it('does not depend on the order of the spans', () => {
    const spans: PlainSpan[] = [
      { parent: ROOT, from: 0, to: 100 },
      { parent: 0, from: 10, to: 50, service: 'b' },
      { parent: 0, from: 30, to: 80, service: 'c' },
    ];
    const turned = [spans[2], spans[1], spans[0]].map((span) => ({
      ...span,
      parent: span.parent === 0 ? 2 : ROOT,
    }));
    expect(ownOf(spans)).toEqual([30, 40, 50]);
    expect(ownOf(turned)).toEqual([50, 40, 30]);
  });

  it.each<[string, PlainSpan[], number[]]>([
    [
      'counts overlapping siblings once',
      [
        { parent: ROOT, from: 0, to: 100 },
        { parent: 0, from: 10, to: 60, service: 'b' },
        { parent: 0, from: 20, to: 40, service: 'c' },
      ],
      [50, 50, 20],
    ],
    [
      'leaves out asynchronous children',
      [
        { parent: ROOT, from: 0, to: 100 },
        { parent: 0, from: 10, to: 60, service: 'b', kind: 'Consumer' },
        { parent: 0, from: 10, to: 60, service: 'b', follows: true },
      ],
      [100, 50, 50],
    ],
    [
      'leaves out what lies outside the parent',
      [
        { parent: ROOT, from: 0, to: 100 },
        { parent: 0, from: 90, to: 150, service: 'b' },
        { parent: 0, from: -50, to: -10, service: 'b' },
      ],
      [90, 60, 40],
    ],
    [
      'a local leaf gives way to siblings that call',
      [
        { parent: ROOT, from: 0, to: 100, service: 'web' },
        { parent: 0, from: 10, to: 90, service: 'web' },
        { parent: 0, from: 20, to: 50, service: 'web', kind: 'Client' },
        { parent: 0, from: 40, to: 70, service: 'web', kind: 'Client' },
      ],
      [20, 30, 30, 30],
    ],
  ])('%s', (_, spans, expected) => {
    expect(ownOf(spans)).toEqual(expected);
  });
});
