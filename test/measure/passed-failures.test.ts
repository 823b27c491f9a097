import { describe, expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
import { ROOT, type Trace } from '../../src/domain/trace.ts';
import { ComponentTable } from '../../src/domain/component-table.ts';
import { Measurements } from '../../src/domain/measurement.ts';
import { EntryReachCounter, Measurer } from '../../src/measure/index.ts';
import { type PlainSpan, traceOf } from './traces.ts';

const names = new Names();
const table = new ComponentTable(names);

/** A counter with the measurer that says where failures begin. */
class Counter extends EntryReachCounter {
  readonly #measurer = new Measurer(table);
  readonly #into = new Measurements();

  constructor() {
    super(table);
  }

  override add(trace: Trace): void {
    this.#measurer.measure(trace, this.#into);
    super.add(trace, this.#into);
  }
}

const number = (name: string): number => names.service({ environment: '', namespace: '', name });

const root: PlainSpan = {
  ...{ parent: ROOT, from: 0, to: 90, service: 'web', operation: 'GET /', kind: 'Server' },
};
const call: PlainSpan = {
  ...{ parent: 0, from: 10, to: 30, service: 'web', operation: 'ads/Get', kind: 'Client', failed: true },
};
const served: PlainSpan = {
  ...{ parent: 1, from: 12, to: 28, service: 'ads', operation: 'Get', kind: 'Server', failed: true },
};

/** The part of the failures of `service` that got through, after ten of such traces. */
function passedOn(spans: readonly PlainSpan[], service: string, times = 10): number {
  const reach = new Counter();
  for (let n = 0; n < times; n++) reach.add(traceOf(spans, names));
  return reach.passedOn(number(service));
}

describe('the part of failures that gets through to whoever asked', () => {
  it('is none where the caller answers without what failed, all where the root fails', () => {
    expect(passedOn([root, call, served], 'ads')).toBe(0);
    expect(passedOn([{ ...root, failed: true }, call, served], 'ads')).toBe(1);
    // The failure is where it began: of those who pass it on nothing is counted.
    const middle: PlainSpan = { ...served, service: 'shop' };
    const deeper: PlainSpan = { ...served, parent: 2, service: 'ads' };
    expect(passedOn([root, call, middle, deeper], 'ads')).toBe(0);
    expect(passedOn([root, call, middle, deeper], 'shop')).toBe(1);
  });

  it('is all where the entry’s own work fails under a root that does not say so: GraphQL answers 200', () => {
    const resolver: PlainSpan = { ...call, kind: 'Internal' };
    expect(passedOn([root, resolver, { ...call, parent: 1 }, { ...served, parent: 2 }], 'ads')).toBe(1);
  });

  it('is none of a call to a peer that sends no spans, where its caller, the entry, answers', () => {
    expect(passedOn([root, call], 'web')).toBe(0);
  });

  it('is of whom a call was for that nobody answered', () => {
    const reach = new Counter();
    const answered = [root, { ...call, failed: false }, { ...served, failed: false }];
    for (let n = 0; n < 10; n++) reach.add(traceOf(answered, names));
    for (let n = 0; n < 10; n++) reach.add(traceOf([root, call], names));
    expect(reach.passedOn(number('ads'))).toBe(0);
    expect(reach.passedOn(number('web'))).toBe(1);
  });

  it('is all behind a queue: nobody is there to answer without it', () => {
    const sent: PlainSpan = { ...call, kind: 'Producer', failed: false };
    const taken: PlainSpan = { ...served, kind: 'Consumer', from: 50, to: 60 };
    const written: PlainSpan = { ...served, parent: 2, service: 'mail', kind: 'Client' };
    expect(passedOn([root, sent, taken], 'ads')).toBe(1);
    expect(passedOn([root, sent, { ...taken, failed: false }, written], 'mail')).toBe(1);
  });

  it('is not known from two failures, and follows what the newest show', () => {
    expect(passedOn([root, call, served], 'ads', 2)).toBe(1);
    const reach = new Counter();
    for (let n = 0; n < 500; n++) reach.add(traceOf([{ ...root, failed: true }, call, served], names));
    for (let n = 0; n < 100; n++) reach.add(traceOf([root, call, served], names));
    expect(reach.passedOn(number('ads'))).toBeLessThan(0.05);
  });

  it('is of the traces that failed, and goes on after a restart', () => {
    const reach = new Counter();
    for (let n = 0; n < 12; n++) {
      reach.add(traceOf([root, { ...call, failed: false }, { ...served, failed: false }], names));
      reach.add(traceOf([{ ...root, failed: n % 2 === 0 }, call, served], names));
    }
    expect(reach.passedOn(number('ads'))).toBeCloseTo(0.5, 1);
    const next = new Counter();
    next.restore(structuredClone(reach.snapshot()));
    expect(next.passedOn(number('ads'))).toBe(reach.passedOn(number('ads')));
  });
});
