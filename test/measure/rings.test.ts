import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Baseline } from '../../src/baseline/port.ts';
import { ComponentTable } from '../../src/domain/component-table.ts';
import { Measurements } from '../../src/domain/measurement.ts';
import { Names } from '../../src/domain/names.ts';
import { SpanFlag } from '../../src/domain/span-batch.ts';
import { ORPHAN, ROOT, type Trace } from '../../src/domain/trace.ts';
import { EntryReachCounter, rootOf, TypicalTraceRing } from '../../src/measure/index.ts';
import { SkewEstimator } from '../../src/measure/skew.ts';
import { isAsynchronous } from '../../src/measure/span-tree.ts';
import { anyTree, traceOf } from './traces.ts';

const baseline: Baseline = {
  level: 5,
  within: 0.04,
  between: new Float64Array(4),
  inflation: 1,
  windows: 100,
  values: 1000,
};

describe('who is reached', () => {
  it('is the part of each entry’s traces that touches a service, however often', () => {
    const names = new Names();
    const reach = new EntryReachCounter(new ComponentTable(new Names()));
    const entry = { parent: ROOT, from: 0, to: 9, service: 'web', operation: 'GET /' };
    const pay = { parent: 0, from: 1, to: 2, service: 'pay', operation: 'Pay' };
    reach.add(traceOf([entry, pay, pay, pay], names));
    for (let n = 0; n < 3; n++) reach.add(traceOf([entry], names));
    reach.add(traceOf([{ ...entry, operation: 'GET /about' }], names));
    const service = names.service({ environment: '', namespace: '', name: 'pay' });
    expect(reach.reach([service]).map(({ traces, part }) => [traces, part])).toEqual([
      [4, 0.25],
      [1, 0],
    ]);
  });

  it('fades as traffic goes on', () => {
    const names = new Names();
    const reach = new EntryReachCounter(new ComponentTable(new Names()));
    const trace = traceOf([{ parent: ROOT, from: 0, to: 9, operation: 'GET /' }], names);
    for (let n = 0; n < 50_000; n++) reach.add(trace);
    const [{ traces, part }] = reach.reach([trace.service[0]]);
    expect(traces).toBeLessThan(20_001);
    expect(part).toBe(1);
  });

  it('counts a trace as often as its sampling says', () => {
    const names = new Names();
    const reach = new EntryReachCounter(new ComponentTable(new Names()));
    const entry = { parent: ROOT, from: 0, to: 9, service: 'web', operation: 'GET /' };
    const pay = { parent: 0, from: 1, to: 2, service: 'pay', operation: 'Pay' };
    // A tail sampler keeps one in ten of the usual ones, and all that fail in pay.
    const usual = traceOf([entry], names);
    usual.weight.fill(10);
    for (let n = 0; n < 9; n++) reach.add(usual);
    for (let n = 0; n < 10; n++) reach.add(traceOf([entry, pay], names));
    const service = names.service({ environment: '', namespace: '', name: 'pay' });
    expect(reach.reach([service]).map(({ traces, part }) => [traces, part])).toEqual([[100, 0.1]]);
  });

  it('fades by the traces seen, whatever each stands for; counts of older versions go on', () => {
    const names = new Names();
    const reach = new EntryReachCounter(new ComponentTable(new Names()));
    const trace = traceOf([{ parent: ROOT, from: 0, to: 9, operation: 'GET /' }], names);
    trace.weight.fill(100);
    for (let n = 0; n < 10_000; n++) reach.add(trace);
    expect(reach.reach([trace.service[0]])[0].traces).toBe(1_000_000);
    const older = new EntryReachCounter(new ComponentTable(new Names()));
    const services = new Map([[trace.service[0], 15_000]]);
    older.restore({
      entries: new Map([[trace.operation[0], { operation: trace.operation[0], traces: 15_000, services }]]),
    });
    for (let n = 0; n < 5000; n++)
      older.add(traceOf([{ parent: ROOT, from: 0, to: 9, operation: 'GET /' }], names));
    expect(older.reach([trace.service[0]])[0].traces).toBe(10_000);
  });

  it('tells who waits from whom nobody waits for, behind a queue', () => {
    const names = new Names();
    const reach = new EntryReachCounter(new ComponentTable(new Names()));
    const entry = { parent: ROOT, from: 0, to: 9, service: 'web', operation: 'GET /' };
    const send = { parent: 0, from: 1, to: 2, service: 'web', operation: 'send', kind: 'Producer' } as const;
    const take = {
      parent: 1,
      from: 4,
      to: 6,
      service: 'mail',
      operation: 'process',
      kind: 'Consumer',
    } as const;
    const render = { parent: 2, from: 4, to: 5, service: 'render', operation: 'Render' };
    const ask = { parent: 0, from: 2, to: 3, service: 'render', operation: 'Preview' };
    reach.add(traceOf([entry, send, take, render], names));
    reach.add(traceOf([entry, send, take, render, ask], names));
    const of = (name: string): number[] => {
      const [{ part, waiting }] = reach.reach([names.service({ environment: '', namespace: '', name })]);
      return [part, waiting];
    };
    expect([of('web'), of('mail'), of('render')]).toEqual([
      [1, 1],
      [1, 0],
      [1, 0.5],
    ]);
    const restored = new EntryReachCounter(new ComponentTable(new Names()));
    restored.restore(structuredClone(reach.snapshot()));
    for (let n = 0; n < 20_000; n++) restored.add(traceOf([entry, send, take], names));
    expect(restored.reach([names.service({ environment: '', namespace: '', name: 'mail' })])[0].waiting).toBe(
      0,
    );
  });

  it('tells it of any tree as its definition does: no span of it that is waited for, and none it was made for', () => {
    fc.assert(
      fc.property(anyTree, (spans) => {
        const trace = traceOf(spans);
        fc.pre(rootOf(trace) >= 0);
        const isBehind = (i: number): boolean =>
          i >= 0 && (isAsynchronous(trace, i) || isBehind(trace.parent[i]));
        const reach = new EntryReachCounter(new ComponentTable(new Names()));
        reach.add(trace);
        for (const service of new Set(trace.service)) {
          const own = [...trace.service.keys()].filter((i) => trace.service[i] === service);
          const waiting = own.every(isBehind) ? 0 : 1;
          expect(reach.reach([service])[0]).toMatchObject({ part: 1, waiting });
        }
      }),
    );
  });

  it('leaves fragments out', () => {
    const trace = traceOf([{ parent: ORPHAN, from: 0, to: 9 }]);
    const reach = new EntryReachCounter(new ComponentTable(new Names()));
    reach.add(trace);
    expect(rootOf(trace)).toBe(-1);
    expect(reach.reach([1])).toEqual([]);
  });
});

describe('a typical trace', () => {
  const baselines: Baseline[] = [];
  baselines[700] = baseline;
  const measurements = new Measurements();

  it('is one in which the component was near its baseline', () => {
    const ring = new TypicalTraceRing(baselines);
    measurements.clear();
    measurements.push(700, 5.02, 0);
    expect(ring.add({ traceId: Int32Array.of(1, 1, 1, 1), latestEndUs: 1e15 }, measurements)).toBe(true);
    measurements.clear();
    measurements.push(700, 6, 0);
    measurements.push(3, 5, 0);
    expect(ring.add({ traceId: Int32Array.of(2, 2, 2, 2), latestEndUs: 1e15 }, measurements)).toBe(false);
    expect([...(ring.typical(700) ?? [])]).toEqual([1, 1, 1, 1]);
    expect(ring.typical(3)).toBeUndefined();
    expect(ring.typical(5000)).toBeUndefined();
  });

  it('a typical trace is taken anew after half a minute, either way', () => {
    const ring = new TypicalTraceRing(baselines);
    measurements.clear();
    measurements.push(700, 5, 0);
    const add = (id: number, seconds: number): boolean =>
      ring.add({ traceId: Int32Array.of(id, id, id, id), latestEndUs: 1e15 + seconds * 1e6 }, measurements);
    expect([add(1, 0), add(2, 29), add(3, -29), add(4, 30), add(5, -100)]).toEqual([
      true,
      false,
      false,
      true,
      true,
    ]);
    expect([...(ring.typical(700) ?? [])]).toEqual([5, 5, 5, 5]);
  });
});

describe('clock skew of a pair of hosts', () => {
  const names = new Names();
  const shop = names.service({ environment: '', namespace: '', name: 'shop' });
  const cart = names.service({ environment: '', namespace: '', name: 'cart' });
  /** A call from an instance of shop to one of cart. */
  const call = (caller: string, callee: string): Trace =>
    ({
      parent: Int32Array.of(-1, 0),
      service: Int32Array.of(shop, cart),
      flags: Uint8Array.of(0, 0),
      node: Int32Array.of(0, 0),
      instance: Int32Array.of(names.slot('instance', shop, caller), names.slot('instance', cart, callee)),
    }) as unknown as Trace;
  const usual = call('shop-1', 'cart-1');

  it('is taken out when one side is negative, so that both are equal', () => {
    const skew = new SkewEstimator(names);
    let offset = 0;
    for (let n = 0; n < 100; n++)
      offset = skew.offsetUs(usual, 1, { requestUs: 300 - 5000, responseUs: 300 + 5000 });
    expect(offset).toBe(5000);
  });

  it('is left alone while both sides are positive', () => {
    const skew = new SkewEstimator(names);
    expect(skew.offsetUs(usual, 1, { requestUs: 100, responseUs: 9000 })).toBe(0);
  });

  it('takes a small step for a median just below zero', () => {
    const skew = new SkewEstimator(names);
    expect(skew.offsetUs(usual, 1, { requestUs: 10_000, responseUs: -3 })).toBe(-6);
  });

  it('does not learn a fault away', () => {
    const skew = new SkewEstimator(names);
    for (let n = 0; n < 40; n++) skew.offsetUs(usual, 1, { requestUs: 300, responseUs: 300 });
    for (let n = 0; n < 400; n++) skew.offsetUs(usual, 1, { requestUs: 90_000, responseUs: 300 });
    expect(skew.offsetUs(usual, 1, { requestUs: 90_000, responseUs: 300 })).toBe(0);
  });

  it('does not take time-outs for a clock that is ahead, where two hosts meet first in a storm of them', () => {
    const skew = new SkewEstimator(names);
    const givenUp = call('shop-1', 'cart-9');
    givenUp.flags[givenUp.parent[1]] |= SpanFlag.Error;
    for (let n = 0; n < 40; n++) {
      skew.offsetUs(givenUp, 1, { requestUs: 300, responseUs: -500_000 });
      // Taken up late, and given up before it was done; and one whose client says nothing of it.
      skew.offsetUs(givenUp, 1, { requestUs: 900_000, responseUs: -400_000 });
      skew.offsetUs(call('shop-1', 'cart-9'), 1, { requestUs: 300, responseUs: -500_000 });
    }
    const answered = call('shop-1', 'cart-9');
    expect(skew.offsetUs(answered, 1, { requestUs: 300, responseUs: 300 })).toBe(0);
    for (let n = 0; n < 40; n++)
      skew.offsetUs(answered, 1, { requestUs: 300 - 5000, responseUs: 300 + 5000 });
    expect(skew.offsetUs(answered, 1, { requestUs: 300 - 5000, responseUs: 300 + 5000 })).toBe(5000);
  });

  it('is bounded in pairs', () => {
    const skew = new SkewEstimator(names, 2);
    const ahead = { requestUs: -100, responseUs: 100 };
    for (let n = 0; n < 3; n++) skew.offsetUs(call(`shop-${n}`, 'cart-1'), 1, ahead);
    expect(skew.offsetUs(call('shop-2', 'cart-1'), 1, ahead)).toBe(0);
    expect(skew.offsetUs(call('shop-0', 'cart-1'), 1, ahead)).toBe(100);
  });

  it('goes into a model and comes out settled', () => {
    const learned = new SkewEstimator(names);
    for (let n = 0; n < 40; n++) learned.offsetUs(usual, 1, { requestUs: -4700, responseUs: 5300 });
    const running = new SkewEstimator(names);
    running.adopt(learned.offsets());
    expect(running.offsetUs(usual, 1, { requestUs: 90_000, responseUs: 5300 })).toBe(5000);
    expect(new SkewEstimator(names).offsets()).toEqual([]);
  });
});
