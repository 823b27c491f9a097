import { describe, expect, it } from 'vitest';
import { ComponentTable } from '../../src/domain/component-table.ts';
import { Measurements } from '../../src/domain/measurement.ts';
import { Names } from '../../src/domain/names.ts';
import { ROOT } from '../../src/domain/trace.ts';
import { Measurer } from '../../src/measure/index.ts';
import { KnownCallees } from '../../src/measure/known-callees.ts';
import { type PlainSpan, traceOf } from './traces.ts';

const entry: PlainSpan = {
  ...{ parent: ROOT, from: 0, to: 90, service: 'web', operation: 'GET /', kind: 'Server' },
};

/** A call of web, by the name that its client gives to all its calls, to a peer. */
const callTo = (peer: string, failed = false): PlainSpan => ({
  ...{ parent: 0, from: 10, to: 30, service: 'web', operation: 'GET', kind: 'Client', peer, failed },
});

const answerOf = (service: string, operation = 'Get'): PlainSpan => ({
  ...{ parent: 1, from: 12, to: 28, service, operation, kind: 'Server' },
});

/** A measurer that has seen `before`, and what it says of failures in `spans`. */
function failuresAfter(before: readonly (readonly PlainSpan[])[], spans: readonly PlainSpan[]) {
  const table = new ComponentTable(new Names());
  const measurer = new Measurer(table);
  const into = new Measurements();
  for (const trace of before) measurer.measure(traceOf(trace, table.names), into);
  const restarted = new Measurer(table);
  restarted.restore(structuredClone(measurer.snapshot()));
  restarted.measure(traceOf(spans, table.names), into);
  const failed: string[] = [];
  for (let row = 0; row < into.length; row++) {
    const key = table.key(into.component[row]);
    if (key.startsWith('error') && into.value[row] > 0) failed.push(key);
  }
  return failed;
}

describe('a call that failed and was not answered', () => {
  const refused = [entry, callTo('ads', true)];

  it('is a failure of whom it was for, as answered calls have shown, also after a restart', () => {
    expect(failuresAfter([[entry, callTo('ads'), answerOf('ads')]], refused)).toEqual(['error(ads, Get)']);
  });

  it('is the caller’s where nobody ever answered', () => {
    expect(failuresAfter([], refused)).toEqual(['error(web, GET)']);
    expect(failuresAfter([[entry, callTo('postgres')]], refused)).toEqual(['error(web, GET)']);
  });

  it('is told by its peer where one name of calls stands for several services', () => {
    const before = [
      [entry, callTo('ads'), answerOf('ads')],
      [entry, callTo('cart'), answerOf('cart')],
      [entry, callTo('ads'), answerOf('ads')],
      [entry, callTo('cart'), answerOf('cart')],
    ];
    expect(failuresAfter(before, refused)).toEqual(['error(ads, Get)']);
    expect(failuresAfter(before, [entry, callTo('cart', true)])).toEqual(['error(cart, Get)']);
    // Of a peer that was never seen, or of two services behind one (a proxy), nothing is known.
    expect(failuresAfter(before, [entry, callTo('stock', true)])).toEqual(['error(web, GET)']);
    const proxied = [...before, [entry, callTo('ads'), answerOf('cart')]];
    expect(failuresAfter(proxied, refused)).toEqual(['error(web, GET)']);
  });

  it('is its own where it was answered, or did not fail', () => {
    const before = [[entry, callTo('ads'), answerOf('ads')]];
    expect(failuresAfter(before, [entry, callTo('ads')])).toEqual([]);
    expect(failuresAfter(before, [entry, callTo('ads', true), answerOf('ads')])).toEqual(['error(web, GET)']);
    const failing = [entry, callTo('ads', true), { ...answerOf('ads'), failed: true }];
    expect(failuresAfter(before, failing)).toEqual(['error(ads, Get)']);
  });
});

describe('known callees', () => {
  it('follow the last operation of one service, and are bounded in peers', () => {
    const names = new Names();
    const operation = (service: string, name: string): number =>
      names.operation(names.service({ environment: '', namespace: '', name: service }), name);
    const callees = new KnownCallees(names);
    const call = operation('web', 'POST');
    callees.see(call, 1, operation('ads', 'A'));
    callees.see(call, 1, operation('ads', 'B'));
    expect(callees.of(call, 0)).toBe(operation('ads', 'B'));
    callees.see(call, 2, operation('cart', 'C'));
    for (let peer = 3; peer < 60_000; peer++) callees.see(call, peer, operation('ads', 'A'));
    expect(callees.of(call, 100)).toBe(operation('ads', 'A'));
    expect(callees.of(call, 59_999)).toBe(-1);
    expect(callees.has(call)).toBe(true);
    expect(callees.has(operation('web', 'other'))).toBe(false);
  });
});
