import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KindCode } from '../../src/domain/component-table.ts';
import { Measurements } from '../../src/domain/measurement.ts';
import { HISTOGRAM_BUCKETS, type SummaryBatch } from '../../src/domain/summary.ts';
import type { Trace } from '../../src/domain/trace.ts';
import { Summariser } from '../../src/summarise/index.ts';
import { rowsOf, tableOf } from './summaries.ts';

const START_MS = Date.UTC(2026, 4, 1, 12);
const YEAR_2100_MS = Date.UTC(2099, 11, 31);

/** A trace is its end and what was measured of it; nothing else of it is looked at. */
function summarising(latenessMs = 8000) {
  const { table, self, names } = tableOf(8);
  const sealed: SummaryBatch[] = [];
  const summariser = new Summariser(table, { latenessMs }, (batch) => sealed.push(batch));
  const add = (endMs: number, values: readonly [number, number][], { id = 1, markMs = 0 } = {}): void => {
    const measurements = new Measurements();
    for (const [component, value] of values) measurements.push(component, value, 0);
    const none = new Int32Array(64);
    const trace = {
      latestEndUs: endMs * 1000,
      traceId: Int32Array.of(0, 0, 0, id),
      instance: none,
      version: none,
      node: none,
    } as Trace;
    summariser.add(trace, measurements, markMs * 1000);
  };
  const advance = (ms: number): void => summariser.advance(ms * 1000);
  return { table, names, self, sealed, summariser, add, advance };
}

describe('a window', () => {
  it('counts each trace once, with the mean of what it said', () => {
    const { add, summariser, sealed, self } = summarising();
    add(START_MS + 1, [
      [self[0], 5],
      [self[0], 7],
      [self[1], 3],
    ]);
    add(START_MS + 2, [[self[0], 10]], { id: 9 });
    summariser.flush();
    expect(sealed).toHaveLength(1);
    expect(sealed[0].traces).toBe(2);
    const [first, second] = rowsOf(sealed[0]);
    expect(first).toMatchObject({ count: 2, values: 3, sum: 16, sumOfSquares: 136, topValue: 10 });
    expect(first.topTrace).toEqual([0, 0, 0, 9]);
    expect(first.histogram.reduce((sum, n) => sum + n, 0)).toBe(3);
    expect(second).toMatchObject({ count: 1, values: 1, sum: 3 });
  });

  it('counts a trace that failed once as failed, though a retry mended it', () => {
    const { add, summariser, sealed, table, self } = summarising();
    const error = table.id(KindCode.error, table.a[self[0]], 0);
    add(START_MS + 1, [
      [error, 1],
      [error, 0],
    ]);
    add(START_MS + 2, [[error, 0]]);
    summariser.flush();
    expect(rowsOf(sealed[0])[0]).toMatchObject({ count: 2, values: 3, sum: 1, sumOfSquares: 1, topValue: 1 });
  });

  it('is that of the trace’s last span end, and is sealed when the watermark has passed it by the lateness', () => {
    const { add, advance, sealed } = summarising(8000);
    add(START_MS + 9_999, []);
    advance(START_MS + 17_999);
    expect(sealed).toEqual([]);
    advance(START_MS + 18_000);
    expect(sealed.map(({ windowStartMs }) => windowStartMs)).toEqual([START_MS]);
    expect(sealed[0].sealed).toBe(true);
  });

  it('leaves in order of time, empty ones too', () => {
    const { add, summariser, sealed } = summarising();
    add(START_MS, []);
    add(START_MS + 35_000, []);
    summariser.flush();
    expect(sealed.map(({ windowStartMs, traces }) => [windowStartMs - START_MS, traces])).toEqual([
      [0, 1],
      [10_000, 0],
      [20_000, 0],
      [30_000, 1],
    ]);
  });

  it('that is sealed sends its late traces to the oldest open one, and counts them', () => {
    const { add, advance, summariser, sealed } = summarising(0);
    add(START_MS, []);
    advance(START_MS + 10_000);
    add(START_MS + 5, []);
    expect(summariser.late).toBe(1);
    summariser.flush();
    expect(sealed.map(({ traces }) => traces)).toEqual([1, 1]);
  });

  it('gets a histogram for latency only', () => {
    const { table, names, add, summariser, sealed } = summarising();
    const error = table.id(KindCode.error, names.operation(1, 'opa'), 0);
    add(START_MS, [[error, 1]]);
    summariser.flush();
    expect(sealed[0].histogram.subarray(0, HISTOGRAM_BUCKETS).every((n) => n === 0)).toBe(true);
  });

  it('loses no trace, whatever the order and the watermark', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ endMs: fc.nat(300_000) }) },
      { weight: 2, arbitrary: fc.record({ markMs: fc.nat(400_000) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const { add, advance, summariser, sealed, self } = summarising();
        let traces = 0;
        for (const next of steps) {
          if ('markMs' in next) advance(START_MS + next.markMs);
          else {
            add(START_MS + next.endMs, [[self[0], 1]]);
            traces++;
          }
        }
        summariser.flush();
        expect(sealed.reduce((sum, batch) => sum + batch.traces, 0)).toBe(traces);
        const starts = sealed.map(({ windowStartMs }) => windowStartMs);
        for (let i = 1; i < starts.length; i++) expect(starts[i] - starts[i - 1]).toBe(10_000);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a gap in the input', () => {
  it('is walked for ten minutes, so that incidents can resolve, and then skipped', () => {
    const { add, advance, sealed } = summarising(0);
    add(START_MS, []);
    advance(START_MS + 10_000);
    advance(START_MS + 86_400_000);
    expect(sealed.length).toBeGreaterThanOrEqual(60);
    expect(sealed.length).toBeLessThan(70);
    add(START_MS + 86_400_000, []);
    advance(START_MS + 86_410_000);
    expect(sealed.at(-1)).toMatchObject({ windowStartMs: START_MS + 86_400_000, traces: 1 });
  });

  it('is skipped too when a trace lies beyond it', () => {
    const { add, summariser, sealed } = summarising(0);
    add(START_MS, []);
    add(START_MS + 30 * 86_400_000, []);
    summariser.flush();
    expect(sealed.length).toBeLessThan(70);
    expect(sealed.at(-1)).toMatchObject({ windowStartMs: START_MS + 30 * 86_400_000, traces: 1 });
  });
});

describe('a trace of the year 2100', () => {
  it('counts where the watermark is, and is counted as ahead', () => {
    const { add, advance, summariser, sealed } = summarising(8000);
    add(START_MS, []);
    advance(START_MS + 5_000);
    add(YEAR_2100_MS, [], { markMs: START_MS + 5_000 });
    expect(summariser.ahead).toBe(1);
    summariser.flush();
    expect(sealed.map(({ windowStartMs, traces }) => [windowStartMs - START_MS, traces])).toEqual([[0, 2]]);
  });

  it('before anything is known of the time does not hold up the end', () => {
    const { add, summariser, sealed } = summarising();
    add(YEAR_2100_MS, []);
    add(START_MS, []);
    add(YEAR_2100_MS - 1e9, []);
    summariser.flush();
    expect(sealed.reduce((sum, batch) => sum + batch.traces, 0)).toBe(3);
    expect(sealed.length).toBeLessThan(200);
  });

  it('and hundreds of other times leave a bounded number of windows open', () => {
    const { add, summariser, sealed } = summarising();
    add(START_MS, []);
    for (let n = 0; n < 600; n++) add(START_MS + ((n * 7919) % 600) * 3_600_000, []);
    expect(summariser.openWindows).toBeLessThanOrEqual(512);
    summariser.flush();
    expect(sealed.reduce((sum, batch) => sum + batch.traces, 0)).toBe(601);
  });
});
