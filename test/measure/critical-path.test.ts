import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/domain/trace.ts';
import { criticalPath, type PathSection, SpanTree } from '../../src/measure/index.ts';
import { isAsynchronous } from '../../src/measure/span-tree.ts';
import { anyTree, type PlainSpan, traceOf } from './traces.ts';

function pathOf(spans: readonly PlainSpan[]): PathSection[] {
  const trace = traceOf(spans);
  const tree = new SpanTree();
  tree.build(trace);
  return criticalPath(
    trace,
    tree,
    spans.findIndex((span) => span.parent === ROOT),
  );
}

const brief = (sections: readonly PathSection[]): string =>
  sections.map(({ span, fromUs, toUs }) => `${span}:${fromUs}-${toUs}`).join(' ');

describe('the critical path of any tree', () => {
  it('tiles the root: contiguous, last first, every instant in exactly one section', () => {
    fc.assert(
      fc.property(anyTree, (spans) => {
        const root = spans.find((span) => span.parent === ROOT);
        const path = pathOf(spans);
        expect(root).toBeDefined();
        if (root === undefined) return;
        let toUs = root.to;
        for (const section of path) {
          expect(section.toUs).toBe(toUs);
          expect(section.fromUs).toBeLessThan(section.toUs);
          toUs = section.fromUs;
        }
        expect(toUs).toBe(root.from);
        const total = path.reduce((sum, { fromUs, toUs: end }) => sum + end - fromUs, 0);
        expect(total).toBe(root.to - root.from);
      }),
      { numRuns: 500 },
    );
  });

  it('gives a span only time of its own, and none to what nobody waits for', () => {
    fc.assert(
      fc.property(anyTree, (spans) => {
        const trace = traceOf(spans);
        for (const { span, fromUs, toUs } of pathOf(spans)) {
          expect(fromUs).toBeGreaterThanOrEqual(spans[span].from);
          expect(toUs).toBeLessThanOrEqual(spans[span].to);
          if (spans[span].parent !== ROOT) expect(isAsynchronous(trace, span)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the critical path', () => {
  const root: PlainSpan = { parent: ROOT, from: 0, to: 100, service: 'web' };

  it('of one span is the span', () => {
    expect(brief(pathOf([root]))).toBe('0:0-100');
  });

  it('of a root without duration is empty', () => {
    expect(pathOf([{ parent: ROOT, from: 5, to: 5 }])).toEqual([]);
  });

  it('goes through the sibling that ended last, and never twice through the same instant', () => {
    const spans: PlainSpan[] = [
      root,
      { parent: 0, from: 10, to: 60, service: 'b' },
      { parent: 0, from: 20, to: 90, service: 'c' },
    ];
    expect(brief(pathOf(spans))).toBe('0:90-100 2:20-90 1:10-20 0:0-10');
  });

  it('cuts a child to its parent', () => {
    const spans: PlainSpan[] = [root, { parent: 0, from: -20, to: 130, service: 'b' }];
    expect(brief(pathOf(spans))).toBe('1:0-100');
  });

  it('does not wait for a consumer', () => {
    const spans: PlainSpan[] = [root, { parent: 0, from: 50, to: 100, service: 'b', kind: 'Consumer' }];
    expect(brief(pathOf(spans))).toBe('0:0-100');
  });

  it('sees through a local leaf drawn around the sibling that calls', () => {
    const spans: PlainSpan[] = [
      root,
      { parent: 0, from: 10, to: 90, service: 'web' },
      { parent: 0, from: 20, to: 80, service: 'web', kind: 'Client' },
    ];
    expect(brief(pathOf(spans))).toBe('0:90-100 1:80-90 2:20-80 1:10-20 0:0-10');
  });

  it('of a chain ten thousand deep needs no stack', () => {
    const spans = Array.from({ length: 10_000 }, (_, i): PlainSpan => ({
      parent: i - 1,
      from: i,
      to: 20_000 - i,
    }));
    expect(pathOf(spans)).toHaveLength(19_999);
  });
});
