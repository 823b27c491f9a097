import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ComponentTable, KindCode } from '../../src/domain/component-table.ts';
import { Measurements } from '../../src/domain/measurement.ts';
import { Names } from '../../src/domain/names.ts';
import { LOG_OFFSET_US } from '../../src/domain/summary.ts';
import { ORPHAN, ROOT } from '../../src/domain/trace.ts';
import { Measurer } from '../../src/measure/index.ts';
import { anyTree, type PlainSpan, traceOf } from './traces.ts';

/** Each component's values, in the order of the spans; microseconds for latency. */
function measured(
  spans: readonly PlainSpan[],
  table = new ComponentTable(new Names()),
): Record<string, number[]> {
  const into = new Measurements(1);
  new Measurer(table).measure(traceOf(spans, table.names), into);
  const values: Record<string, number[]> = {};
  for (let m = 0; m < into.length; m++) {
    const latency = ['self', 'dependency', 'request', 'response', 'total', 'queue'].includes(
      table.kindOf(into.component[m]),
    );
    const value = latency ? Math.exp(into.value[m]) - LOG_OFFSET_US : into.value[m];
    (values[table.key(into.component[m])] ??= []).push(Math.round(value * 1000) / 1000);
  }
  return values;
}

const CALL: PlainSpan[] = [
  { parent: ROOT, from: 0, to: 1000, service: 'web', operation: 'GET /', kind: 'Server' },
  { parent: 0, from: 100, to: 900, service: 'web', operation: 'Pay', kind: 'Client' },
  { parent: 1, from: 250, to: 850, service: 'pay', operation: 'Pay', kind: 'Server' },
  { parent: 2, from: 300, to: 700, service: 'pay', operation: 'SELECT', kind: 'Client', peer: 'postgres' },
];

describe('a call across services', () => {
  it('is divided into the caller, the way there, the callee, its peer, and the way back', () => {
    expect(measured(CALL)).toEqual({
      'self(web, GET /)': [200],
      'request(web -> pay, Pay)': [150],
      'self(pay, Pay)': [200],
      'dependency(pay -> postgres)': [400],
      'response(web -> pay, Pay)': [50],
      'total(web, GET /)': [1000],
      'traffic(web, GET /)': [1],
      'calls(web, GET / -> web, Pay)': [1],
      'calls(pay, Pay -> pay, SELECT)': [1],
      'error(web, GET /)': [0],
      'error(web, Pay)': [0],
      'error(pay, Pay)': [0],
      'error(pay, SELECT)': [0],
    });
  });

  it('gives all of the time to somebody, once', () => {
    const values = measured(CALL);
    const parts = Object.entries(values).filter(([key]) => /^(self|request|response|dependency)/.test(key));
    expect(parts.reduce((sum, [, [us]]) => sum + us, 0)).toBe(1000);
  });

  it('without a known peer or a server span is the caller’s own', () => {
    const values = measured([CALL[0], { ...CALL[1], peer: '' }]);
    expect(values['self(web, Pay)']).toEqual([800]);
  });

  it('through a queue is no request: it waits from when it was sent, and there is no way back', () => {
    const values = measured([
      CALL[0],
      { parent: 0, from: 100, to: 150, service: 'web', operation: 'send', kind: 'Producer', peer: 'orders' },
      { parent: 1, from: 5150, to: 6000, service: 'mail', operation: 'receive', kind: 'Consumer' },
    ]);
    expect(values['queue(web -> mail, receive)']).toEqual([5000]);
    expect(Object.keys(values).filter((key) => /^(request|response)/.test(key))).toEqual([]);
  });

  it.each([
    ['a PRODUCER span says so, whatever is under it', 'Producer', 'Server', 5150, 'queue'],
    ['nobody says, and it outlasts what ended before', 'Internal', 'Unspecified', 5150, 'queue'],
    ['nobody says, and it began before the end', 'Internal', 'Unspecified', 120, 'request'],
    ['a SERVER span answers, its clock ahead', 'Client', 'Server', 5150, 'request'],
  ] as const)('is through a queue: %s', (_, sender, taker, from, kind) => {
    const values = measured([
      CALL[0],
      { parent: 0, from: 100, to: 150, service: 'web', operation: 'send', kind: sender },
      { parent: 1, from, to: from + 850, service: 'mail', operation: 'receive', kind: taker },
    ]);
    expect(Object.keys(values).filter((key) => /^(queue|request)/.test(key))).toEqual([
      `${kind}(web -> mail, receive)`,
    ]);
  });

  it('retried under one span is measured by its last attempt', () => {
    const values = measured([
      CALL[0],
      CALL[1],
      { ...CALL[2], from: 110, to: 200, failed: true },
      { ...CALL[2], from: 400, to: 850 },
    ]);
    expect(values['request(web -> pay, Pay)']).toEqual([300]);
  });

  it('between clocks that disagree loses its negative side, not its sum', () => {
    const table = new ComponentTable(new Names());
    const measurer = new Measurer(table);
    const into = new Measurements();
    const skewed = CALL.map((span, i) =>
      i < 2 ? span : { ...span, from: span.from - 1000, to: span.to - 1000 },
    );
    for (let n = 0; n < 40; n++) measurer.measure(traceOf(skewed, table.names), into);
    const us: Record<string, number> = {};
    for (let m = 0; m < into.length; m++) {
      us[table.key(into.component[m])] = Math.round(Math.exp(into.value[m]) - LOG_OFFSET_US);
    }
    expect(us['request(web -> pay, Pay)']).toBe(100);
    expect(us['response(web -> pay, Pay)']).toBe(100);
  });

  it('that was given up says nothing of the way: there was no answer', () => {
    // The callee fails too, later than its caller waits: what it waited for itself timed out.
    const late = CALL.map((span, i) =>
      i === 1 ? { ...span, to: 400, failed: true } : { ...span, failed: i === 2 },
    );
    const keys = Object.keys(measured(late));
    expect(keys.filter((key) => /^(request|response)/.test(key))).toEqual([]);
    expect(keys).toContain('error(pay, Pay)');
  });

  it('between clocks that drift has no side that is longer than both', () => {
    // 400 us behind: too little for a step of a clock, which needs an answer 1 ms before its question.
    const drifted = CALL.map((span, i) =>
      i < 2 ? span : { ...span, from: span.from - 400, to: span.to - 400 },
    );
    const table = new ComponentTable(new Names());
    const measurer = new Measurer(table);
    const into = new Measurements();
    for (let n = 0; n < 40; n++) measurer.measure(traceOf(CALL, table.names), into);
    measurer.measure(traceOf(drifted, table.names), into);
    const us: Record<string, number> = {};
    for (let m = 0; m < into.length; m++) {
      us[table.key(into.component[m])] = Math.round(Math.exp(into.value[m]) - LOG_OFFSET_US);
    }
    expect(us['request(web -> pay, Pay)']).toBe(0);
    expect(us['response(web -> pay, Pay)']).toBe(200);
  });
});

describe('a failure', () => {
  it('belongs to the deepest failing span, not to those that pass it on', () => {
    const values = measured(CALL.map((span, i) => ({ ...span, failed: i < 3 })));
    expect(values['error(pay, Pay)']).toEqual([1]);
    expect(values['error(web, Pay)']).toEqual([0]);
    expect(values['error(web, GET /)']).toEqual([0]);
    expect(values['error(pay, SELECT)']).toEqual([0]);
  });

  it('of a call that was given up belongs to the one who had not answered, whatever the clocks say', () => {
    // web waits for 500, pay answers after 900; its clock is an hour ahead in the second trace.
    const late = (aheadUs: number): PlainSpan[] => [
      { ...CALL[0], to: 700, failed: true },
      { ...CALL[1], from: 100, to: 600, failed: true },
      { ...CALL[2], from: 150 + aheadUs, to: 1050 + aheadUs },
    ];
    for (const aheadUs of [0, 3_600_000_000]) {
      const values = measured(late(aheadUs));
      expect(values['error(pay, Pay)']).toEqual([1]);
      expect(values['error(web, Pay)']).toEqual([0]);
      expect(values['error(web, GET /)']).toEqual([0]);
    }
  });

  it('of a call that was given up while the callee waited itself belongs to what it waited for', () => {
    const chain = (slow: 'bank' | 'way'): PlainSpan[] => [
      { ...CALL[0], to: 700, failed: true },
      { ...CALL[1], from: 100, to: 600, failed: true },
      { ...CALL[2], from: 110, to: 1100 },
      { parent: 2, from: 120, to: 1090, service: 'pay', operation: 'ask', kind: 'Client' },
      {
        ...{ parent: 3, service: 'bank', operation: 'Ask', kind: 'Server' },
        from: slow === 'bank' ? 130 : 1000,
        to: 1080,
      },
    ];
    const [bank, way] = (['bank', 'way'] as const).map((slow) => measured(chain(slow)));
    expect([bank['error(bank, Ask)'], bank['error(pay, Pay)'], bank['error(pay, ask)']]).toEqual([
      [1],
      [0],
      [0],
    ]);
    expect([way['error(bank, Ask)'], way['error(pay, Pay)'], way['error(pay, ask)']]).toEqual([
      [0],
      [0],
      [1],
    ]);
  });

  it('of a call that was answered in time stays with the caller: it could not read the answer', () => {
    const values = measured([CALL[0], { ...CALL[1], failed: true }, CALL[2]]);
    expect([values['error(web, Pay)'], values['error(pay, Pay)']]).toEqual([[1], [0]]);
  });

  it('takes the own time of its parent with it: waiting to try again is not its code', () => {
    const again = measured([CALL[0], { ...CALL[1], failed: true }, CALL[2]]);
    expect(again['self(web, GET /)']).toBeUndefined();
    expect(again['self(pay, Pay)']).toHaveLength(1);
  });

  it('behind a queue does not excuse the sender', () => {
    const values = measured([
      { ...CALL[0], failed: true },
      {
        parent: 0,
        from: 5000,
        to: 6000,
        service: 'mail',
        operation: 'receive',
        kind: 'Consumer',
        failed: true,
      },
    ]);
    expect([values['error(web, GET /)'], values['error(mail, receive)']]).toEqual([[1], [1]]);
  });
});

describe('calls that were not made', () => {
  const parent: PlainSpan = {
    parent: ROOT,
    from: 0,
    to: 100,
    service: 'web',
    operation: 'GET /',
    kind: 'Server',
  };
  const child: PlainSpan = {
    parent: 0,
    from: 10,
    to: 20,
    service: 'web',
    operation: 'load',
    kind: 'Internal',
  };
  /** What the second trace says of `calls` after the first one showed which calls there are. */
  const second = (spans: readonly PlainSpan[]): number[] => {
    const table = new ComponentTable(new Names());
    const measurer = new Measurer(table);
    const into = new Measurements();
    measurer.measure(traceOf([parent, child, child], table.names), into);
    measurer.measure(traceOf(spans, table.names), into);
    const found: number[] = [];
    for (let m = 0; m < into.length; m++) {
      if (table.kindOf(into.component[m]) === 'calls') found.push(into.value[m]);
    }
    return found;
  };

  it('count as none', () => {
    expect(second([parent])).toEqual([0]);
    expect(second([parent, child])).toEqual([1]);
  });

  it('say nothing when the parent failed: the failure speaks for itself', () => {
    expect(second([{ ...parent, failed: true }])).toEqual([]);
  });

  it('say nothing when a child failed: the parent gave up because of it', () => {
    expect(second([parent, { ...child, failed: true }])).toEqual([]);
  });

  it('are known from a model, before any trace', () => {
    const table = new ComponentTable(new Names());
    const web = table.names.service({ environment: '', namespace: '', name: 'web' });
    table.id(KindCode.calls, table.names.operation(web, 'GET /'), table.names.operation(web, 'load'));
    expect(measured([parent], table)['calls(web, GET / -> web, load)']).toEqual([0]);
  });

  it('of a call span are nobody’s decision: which callee it has is the mix of the traffic', () => {
    expect(Object.keys(measured(CALL)).filter((key) => key.startsWith('calls(web, Pay'))).toEqual([]);
  });
});

describe('measurements of any trace', () => {
  it('are finite, in range and of known components; every span says whether it failed', () => {
    fc.assert(
      fc.property(anyTree, (spans) => {
        const table = new ComponentTable(new Names());
        const into = new Measurements(1);
        new Measurer(table).measure(traceOf(spans, table.names), into);
        let errors = 0;
        let calls = 0;
        for (let m = 0; m < into.length; m++) {
          expect(Number.isFinite(into.value[m])).toBe(true);
          expect(into.span[m]).toBeLessThan(spans.length);
          const kind = table.kindOf(into.component[m]);
          if (kind === 'error') errors++;
          if (kind === 'calls') calls += into.value[m];
        }
        // And of a call that nobody answered, whom it was for.
        expect(errors).toBeGreaterThanOrEqual(spans.length);
        expect(errors).toBeLessThanOrEqual(2 * spans.length);
        expect(calls).toBeLessThanOrEqual(spans.filter((span) => span.parent >= 0).length);
      }),
      { numRuns: 300 },
    );
  });

  it('go on when the table of components is full', () => {
    const table = new ComponentTable(new Names(), 3);
    expect(Object.keys(measured(CALL, table))).toHaveLength(3);
  });
});

describe('a trace that lost spans', () => {
  it('says nothing of calls that were not made, nor of time under what is not there', () => {
    const table = new ComponentTable(new Names());
    const measurer = new Measurer(table);
    const into = new Measurements();
    for (let n = 0; n < 3; n++) measurer.measure(traceOf(CALL, table.names), into);
    // The server span of the call never came, what it asked its database did.
    const broken = traceOf([CALL[0], CALL[1], { ...CALL[3], parent: ORPHAN }], table.names);
    measurer.measure(broken, into);
    const keys = Array.from(into.component.subarray(0, into.length), (component) => table.key(component));
    expect(keys.filter((key) => !key.startsWith('error(')).sort()).toEqual([
      'dependency(pay -> postgres)',
      'total(web, GET /)',
      'traffic(web, GET /)',
    ]);
  });
});

describe('a clock that jumps', () => {
  it('moves no time from one side of a call to the other, nor into a queue', () => {
    const table = new ComponentTable(new Names());
    const measurer = new Measurer(table);
    const into = new Measurements();
    const queued: PlainSpan[] = [
      ...CALL,
      { parent: 0, from: 200, to: 250, service: 'web', operation: 'send', kind: 'Producer' },
      { parent: 4, from: 2250, to: 2600, service: 'pay', operation: 'receive', kind: 'Consumer' },
    ];
    const jumped = queued.map((span) =>
      span.service === 'pay' ? { ...span, from: span.from + 70_000, to: span.to + 70_000 } : span,
    );
    for (let n = 0; n < 40; n++) measurer.measure(traceOf(queued, table.names), into);
    for (let n = 0; n < 40; n++) measurer.measure(traceOf(jumped, table.names), into);
    const us = (key: string): number[] =>
      Array.from(into.component.subarray(0, into.length).entries())
        .filter(([, component]) => table.key(component) === key)
        .map(([m]) => Math.round(Math.exp(into.value[m]) - LOG_OFFSET_US));
    expect(us('request(web -> pay, Pay)')).toEqual([150]);
    expect(us('response(web -> pay, Pay)')).toEqual([50]);
    expect(us('queue(web -> pay, receive)')).toEqual([2000]);
  });
});
