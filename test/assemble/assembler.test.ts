import { describe, expect, it } from 'vitest';
import { assembling, START_US, YEAR_2100_US } from './streams.ts';

/** Three traces that agree on the time, so that it is believed; they close long before anything is looked at. */
const BEGIN = [1001, 1002, 1003].map((trace) => ({ trace, span: 1, at: 0 }));

function begun(limits = {}) {
  const made = assembling(limits);
  made.add(...BEGIN);
  const at = (second: number): void => {
    made.assembler.watermark.advanceTo(START_US + second * 1e6);
    made.assembler.closeDue();
  };
  const closed = () => made.seen.filter(({ trace }) => trace < 1000);
  return { ...made, at, closed };
}

describe('a trace closes', () => {
  it('when its root is there and it was quiet for long enough', () => {
    const { add, at, closed } = begun();
    add({ trace: 1, span: 2, parent: 1, at: 1 }, { trace: 1, span: 1, at: 0, seconds: 2 });
    at(6);
    expect(closed()).toEqual([]);
    at(8);
    expect(closed()).toMatchObject([{ trace: 1, spans: [2, 1], reason: 'quiet', parents: [1, -1] }]);
  });

  it('in its turn, though one batch spans minutes', () => {
    const { add, seen } = assembling();
    // As a store gives them that is asked for a long stretch: five minutes at once, a trace every second.
    add(...Array.from({ length: 300 }, (_, second) => ({ trace: second + 1, span: 1, at: second })));
    const order = seen.map(({ trace }) => trace);
    expect(order.length).toBeGreaterThan(290);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('later when its root has not come', () => {
    const { add, at, closed } = begun();
    add({ trace: 1, span: 2, parent: 1, at: 1 });
    at(29);
    expect(closed()).toEqual([]);
    at(33);
    expect(closed()).toMatchObject([{ reason: 'incomplete', parents: [-2] }]);
  });

  it('soon after its root came at last', () => {
    const { add, at, closed } = begun();
    add({ trace: 1, span: 2, parent: 1, at: 1 });
    at(20);
    add({ trace: 1, span: 1, at: 0, seconds: 20 });
    at(24);
    expect(closed()).toEqual([]);
    at(27);
    expect(closed()).toMatchObject([{ reason: 'quiet', spans: [2, 1] }]);
  });

  it('at its greatest age, whatever still comes', () => {
    const { add, at, closed } = begun({ maxAgeMs: 20_000 });
    for (let second = 0; second < 30 && closed().length === 0; second++) {
      add({ trace: 1, span: second + 2, parent: 1, at: second });
      at(second);
    }
    expect(closed()).toMatchObject([{ reason: 'too-old' }]);
    expect(closed()[0].spans.length).toBeGreaterThanOrEqual(19);
  });

  it('early when memory is short: those due soonest first, the one at hand last', () => {
    const { add, closed, assembler } = begun({ maxOpenSpans: 6 });
    add({ trace: 1, span: 1, at: 0 }, { trace: 1, span: 2, parent: 1, at: 0 });
    add({ trace: 2, span: 1, at: 1 });
    expect(assembler.openSpans).toBe(6);
    add({ trace: 2, span: 2, parent: 1, at: 1 });
    expect(closed().map(({ trace, reason }) => [trace, reason])).toEqual([[1, 'memory']]);
    expect(assembler.counts.closed.memory).toBeGreaterThan(0);
  });

  it('when the input ends', () => {
    const { add, closed, assembler } = begun();
    add({ trace: 1, span: 1, at: 0 });
    assembler.flush();
    expect(closed()).toMatchObject([{ reason: 'flush' }]);
    expect(assembler.openTraces).toBe(0);
  });

  it('when the input begins and ends with less than what moves the watermark', () => {
    const { add, seen, assembler } = assembling();
    add({ trace: 1, span: 1, at: 0 });
    expect(assembler.watermark.us).toBe(0);
    assembler.flush();
    expect(seen).toMatchObject([{ trace: 1, latestEndUs: START_US }]);
  });

  it('not before its time after a gap of days in the input', () => {
    const { add, at, closed } = begun();
    const gap = 3 * 86_400;
    add(...[1, 2, 3].map((trace) => ({ trace, span: 1, parent: 9, at: gap })));
    at(gap + 20);
    expect(closed()).toEqual([]);
    add(...[1, 2, 3].map((trace) => ({ trace, span: 9, at: gap + 20 })));
    at(gap + 27);
    expect(closed().map(({ spans }) => spans)).toEqual([
      [1, 9],
      [1, 9],
      [1, 9],
    ]);
  });
});

describe('a trace that was open when the watermark jumped', () => {
  it('to its own time waits from there, when more of it has come since', () => {
    const { add, seen, assembler } = assembling();
    add({ trace: 1, span: 2, parent: 1, at: 0 }, { trace: 2, span: 1 }, { trace: 3, span: 1 });
    add({ trace: 1, span: 3, parent: 1, at: 0 });
    expect(seen).toEqual([]);
    assembler.watermark.advanceTo(START_US + 7e6);
    assembler.closeDue();
    expect(seen.map(({ trace }) => trace).sort()).toEqual([2, 3]);
  });

  it('beyond it closes at once', () => {
    const { add, at, closed } = begun();
    at(1);
    add({ trace: 1, span: 2, parent: 1, at: 1 });
    add(...[4, 5, 6].map((trace) => ({ trace, span: 1, at: 86_400 })));
    expect(closed().map(({ trace, reason }) => [trace, reason])).toEqual([[1, 'incomplete']]);
  });
});

describe('a span that comes again', () => {
  it('while its trace is open counts once', () => {
    const { add, closed, assembler } = begun();
    add({ trace: 1, span: 1, at: 0 }, { trace: 1, span: 1, at: 0 });
    assembler.flush();
    expect(closed()[0].spans).toEqual([1]);
    expect(assembler.counts.duplicates).toBe(1);
  });

  it('after its trace was closed counts once', () => {
    const { add, at, closed, assembler } = begun();
    add({ trace: 1, span: 1, at: 0 });
    at(10);
    add({ trace: 1, span: 1, at: 0 });
    assembler.flush();
    expect(closed()).toHaveLength(1);
    expect(assembler.counts).toMatchObject({ duplicates: 1, late: 0 });
  });

  it('for the first time after its trace was closed is late, and measured by itself', () => {
    const { add, at, closed, assembler } = begun();
    add({ trace: 1, span: 1, at: 0 });
    at(10);
    add({ trace: 1, span: 2, parent: 1, at: 0 });
    assembler.flush();
    expect(closed().map(({ spans }) => spans)).toEqual([[1], [2]]);
    expect(assembler.counts).toMatchObject({ duplicates: 0, late: 1 });
  });
});

describe('a span of the year 2100', () => {
  it('closes nobody else early, and is handed out itself', () => {
    const { add, at, closed, assembler } = begun();
    add({ trace: 1, span: 1, parent: 9, at: 1 }, { trace: 2, span: 1, startUs: YEAR_2100_US });
    at(20);
    expect(closed().map(({ trace }) => trace)).not.toContain(1);
    assembler.flush();
    expect(
      closed()
        .map(({ trace }) => trace)
        .sort(),
    ).toEqual([1, 2]);
    expect(assembler.watermark.ahead).toBeGreaterThan(0);
  });
});

describe('parents', () => {
  it.each([
    ['of itself', [{ span: 1, parent: 1 }], [-2]],
    ['that never came', [{ span: 1, parent: 5 }], [-2]],
    ['two roots', [{ span: 1 }, { span: 2 }], [-1, -1]],
    [
      'a pair in a circle',
      [
        { span: 1, parent: 2 },
        { span: 2, parent: 1 },
      ],
      [1, -2],
    ],
    [
      'a circle with a tail',
      [
        { span: 1, parent: 2 },
        { span: 2, parent: 3 },
        { span: 3, parent: 4 },
        { span: 4, parent: 3 },
      ],
      [1, 2, 3, -2],
    ],
  ])('%s', (_, spans, parents) => {
    const { add, seen, assembler } = assembling();
    add(...spans.map((span) => ({ trace: 1, at: 0, ...span })));
    assembler.flush();
    expect(seen[0].parents).toEqual(parents);
  });
});
