import { describe, expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
import { ORPHAN, ROOT, type Trace } from '../../src/domain/trace.ts';
import { LossWatch } from '../../src/measure/losses.ts';
import { SpanTree } from '../../src/measure/span-tree.ts';
import { type PlainSpan, traceOf } from './traces.ts';

const names = new Names();
const SERVICES = ['front', 'cart', 'price', 'stock', 'mail'];

/** A chain through all services that ends in the window of `windowStartMs`; spans whose place `lost` says are not there. */
function chain(windowStartMs: number, lost: (place: number) => boolean = () => false): Trace {
  const spans: PlainSpan[] = [];
  let parent: number = ROOT;
  SERVICES.forEach((service, place) => {
    if (lost(place)) {
      parent = ORPHAN;
      return;
    }
    const endUs = windowStartMs * 1000 + 5e6;
    spans.push({ parent, from: endUs - 1000, to: endUs, service, operation: 'do', kind: 'Server' });
    parent = spans.length - 1;
  });
  return traceOf(spans, names);
}

/** As the measurer does it, on its pass over the tree. */
function look(watch: LossWatch, trace: Trace): boolean {
  const tree = new SpanTree();
  tree.build(trace);
  const broken = watch.begin(trace, tree.orphans);
  for (let i = 0; i < trace.spanCount; i++)
    if (trace.parent[i] !== ROOT) watch.span(trace.operation[i], trace.parent[i] === ORPHAN);
  return broken;
}

function quietWatch(windows = 30): { watch: LossWatch; nextMs: number } {
  const watch = new LossWatch(names);
  for (let w = 0; w < windows; w++) {
    for (let i = 0; i < 30; i++) expect(look(watch, chain(w * 10_000))).toBe(false);
    expect(watch.seal(w * 10_000)).toBe(false);
  }
  return { watch, nextMs: windows * 10_000 };
}

describe('LossWatch', () => {
  it('takes a window in which every service lost spans for one that says nothing', () => {
    const { watch, nextMs } = quietWatch();
    let draw = 1;
    const lost = (): boolean => (draw = (draw * 48_271) % 2_147_483_647) % 10 < 4;
    for (let i = 0; i < 60; i++)
      look(
        watch,
        chain(nextMs, (place) => place > 0 && lost()),
      );
    expect(watch.seal(nextMs)).toBe(true);
    expect(watch.lossyWindows).toBe(1);
    for (let i = 0; i < 30; i++) look(watch, chain(nextMs + 10_000));
    expect(watch.seal(nextMs + 10_000)).toBe(false);
  });

  it('blames no pipeline for one service that takes its spans with it: its traces are broken, the window counts', () => {
    const { watch, nextMs } = quietWatch();
    for (let i = 0; i < 60; i++)
      expect(
        look(
          watch,
          chain(nextMs, (place) => place === 2),
        ),
      ).toBe(true);
    expect(watch.seal(nextMs)).toBe(false);
    expect(watch.brokenTraces).toBe(60);
  });

  it('gets used to a parent that never sends spans', () => {
    const watch = new LossWatch(names);
    let broken = 0;
    for (let w = 0; w < 10; w++) {
      for (let i = 0; i < 30; i++)
        if (
          look(
            watch,
            chain(w * 10_000, (place) => place === 0),
          )
        )
          broken++;
      watch.seal(w * 10_000);
    }
    expect(broken).toBe(90);
  });

  it('learns what is usual from traces that come after their window, too, and never from a lossy one', () => {
    const { watch, nextMs } = quietWatch(40);
    for (let w = 0; w < 30; w++) {
      const startMs = nextMs + w * 10_000;
      for (let i = 0; i < 30; i++)
        look(
          watch,
          chain(startMs - 40_000, (place) => place === 0),
        );
      watch.seal(startMs);
    }
    expect(
      look(
        watch,
        chain(nextMs + 300_000, (place) => place === 0),
      ),
    ).toBe(false);
  });

  it('goes on after a snapshot as if nothing had been', () => {
    const { watch, nextMs } = quietWatch();
    const restored = new LossWatch(names);
    restored.restore(structuredClone(watch.snapshot()));
    for (const one of [watch, restored]) {
      for (let i = 0; i < 60; i++)
        look(
          one,
          chain(nextMs, (place) => i % 5 === place),
        );
      expect(one.seal(nextMs)).toBe(true);
    }
    expect(restored.snapshot()).toEqual(watch.snapshot());
  });
});
