import { describe, expect, it } from 'vitest';
import { double, dropToOneIn } from '../../bench/detection/load-change.ts';
import { poolScores } from '../../bench/detection/pool.ts';
import { incidentsOf, type ScoredWindow, tune } from '../../bench/detection/rival-run.ts';
import { rawForest, type Rival, staticThreshold, threeSigma } from '../../bench/detection/rivals/index.ts';
import type { Change } from '../../bench/detection/spanwatch.ts';
import { TraceTable, windowsOf } from '../../bench/detection/trace-table.ts';
import { score } from '../../bench/scoring/index.ts';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import type { Trace } from '../../src/domain/trace.ts';
import { createRandom } from '../../src/runtime/index.ts';
import type { FileRecord } from '../../src/sources/file/index.ts';

const START = Date.UTC(2026, 0, 5, 9, 0, 0);
const SECOND_US = 1e6;

describe('a load that changes', () => {
  const names = new Names();

  /** A record a second, with a trace of one span for each of `traces` ids. */
  async function* records(seconds: number, traces: number): AsyncGenerator<FileRecord> {
    for (let second = 0; second < seconds; second++) {
      const batch = new SpanBatch(names);
      for (let t = 0; t < traces; t++) {
        const i = batch.push();
        batch.traceId.set([second + 1, t + 1, 7, 9], i * 4);
        batch.spanId[i * 2] = t + 1;
        batch.startUs[i] = second * SECOND_US;
      }
      yield await Promise.resolve({ file: 'f', batch, arrivalUs: second * SECOND_US });
    }
  }

  async function counts(change: Change, input: AsyncIterable<FileRecord>): Promise<number[]> {
    const bySecond: number[] = [];
    for await (const { batch, arrivalUs } of change(input, names)) {
      const ids = new Set(
        Array.from({ length: batch.length }, (_, i) => batch.traceId.subarray(i * 4, i * 4 + 4).join()),
      );
      bySecond[arrivalUs / SECOND_US] = ids.size;
    }
    return bySecond;
  }

  it('keeps one trace in twelve from the middle on', async () => {
    const [before, after] = await counts(dropToOneIn(12, SECOND_US), records(2, 6000));
    expect(before).toBe(6000);
    expect(after).toBeGreaterThan(400);
    expect(after).toBeLessThan(600);
  });

  it('doubles traces under ids of their own', async () => {
    expect(await counts(double(SECOND_US), records(2, 50))).toEqual([50, 100]);
  });

  it('leaves traces that had begun whole', async () => {
    async function* twice(): AsyncGenerator<FileRecord> {
      for await (const record of records(1, 50)) {
        yield record;
        yield { ...record, arrivalUs: SECOND_US };
      }
    }
    expect(await counts(dropToOneIn(12, SECOND_US), twice())).toEqual([50, 50]);
  });
});

describe('rivals', () => {
  const names = new Names();
  const identity = (name: string) => ({ environment: '', namespace: '', name });
  const services = ['cart', 'pay'].map((name) => names.service(identity(name)));
  const operations = services.map((service) => names.operation(service, 'do'));

  /** Three traces a second for `seconds`: cart 20 ms and pay 10 ms give or take, pay ten times as slow from `slowFrom` on. */
  function table(seconds: number, slowFrom: number): TraceTable {
    const random = createRandom(3);
    const made = new TraceTable(names);
    for (let third = 0; third < seconds * 3; third++) {
      const startUs = (START + (third * 1000) / 3) * 1000;
      const slower = third >= slowFrom * 3 ? 10 : 1;
      const durations = [20_000 + 4000 * random(), slower * (10_000 + 2000 * random())];
      made.add({
        names,
        spanCount: 2,
        operation: Int32Array.from(operations),
        flags: Uint8Array.of(0, 0),
        statusClass: Uint8Array.of(0, 0),
        startUs: Float64Array.of(startUs, startUs),
        endUs: Float64Array.from(durations, (us) => startUs + us),
        latestEndUs: startUs + Math.max(...durations),
      } as unknown as Trace);
    }
    return made;
  }

  const cases: readonly Rival[] = [staticThreshold, threeSigma, rawForest];
  it.each(cases.map((rival) => [rival.name, rival] as const))('%s blames the slow service', (_, rival) => {
    const all = table(1200, 900);
    const whole = { fromMs: START, toMs: START + 1_200_000 };
    const windows = windowsOf(all, rival.windowMs, whole);
    const isQuiet = ({ startMs }: { startMs: number }): boolean => startMs < START + 840_000;
    const judge = rival.fit(all, windows.filter(isQuiet), 1);
    const before = judge(windows.filter(isQuiet)[5]);
    const after = [...judge(windows[windows.length - 2])].sort((a, b) => b[1] - a[1]);
    expect(Math.max(...before.values())).toBeLessThan(1);
    expect(after[0][0]).toBe(services[1]);
    expect(after[0][1]).toBeGreaterThan(1);
  });
});

describe('a rival is tuned', () => {
  const window = (minute: number, worst: number): ScoredWindow => ({
    fromMs: START + minute * 60_000,
    toMs: START + (minute + 1) * 60_000,
    worst,
    services: ['pay', 'cart'],
  });
  const truth = {
    rows: [{ startMs: START + 30 * 60_000, service: 'pay', type: 'cpu_contention', usable: true }],
    minutes: Array.from({ length: 60 }, (_, i) => START + i * 60_000),
  };
  /** Rings at 9, falsely, and at its fault. */
  const windows = truth.minutes.map((_, i) => window(i, i === 9 ? 3 : i === 31 ? 2 : 0.01));

  it('to no more false openings than it may have', () => {
    const strict = tune(windows, truth, 0);
    expect(strict.score.falseAlarms).toHaveLength(0);
    expect(strict.score.found).toBe(0);
    const loose = tune(windows, truth, 1);
    expect(loose.score.falseAlarms).toHaveLength(1);
    expect(loose.score).toMatchObject({ found: 1, top1: 1 });
    expect(loose.multiplier).toBeLessThanOrEqual(2);
  });

  it('with windows near each other as one incident, two minutes of calm apart', () => {
    const opened = incidentsOf([window(1, 5), window(2, 5), window(4, 5), window(7, 5)], 1);
    expect(opened.map(({ firing }) => firing.length)).toEqual([3, 1]);
    // The window's end, and as long as ours waits for late spans.
    expect(opened[0].openings[0].openedAt).toBe(new Date(START + 128_000).toISOString());
  });
});

it('scores of captures are pooled by their counts, not by their ratios', () => {
  const row = { startMs: START, service: 'pay', type: 'cpu_contention', usable: true };
  const minutes = Array.from({ length: 30 }, (_, i) => START + i * 60_000);
  const openedAfter = (seconds: number) => {
    const from = new Date(START + seconds * 1000).toISOString();
    const openings = [{ openedAt: from, severity: 'P1' as const, suspects: [{ service: 'pay' }] }];
    return { id: from, openings, firing: [[from, new Date(START + 180_000).toISOString()]] as const };
  };
  const scores = [
    score({ incidents: [openedAfter(20)] }, { rows: [row], minutes }),
    score(
      { incidents: [openedAfter(130), openedAfter(900)] },
      { rows: [row, { ...row, startMs: START + 1e9 }], minutes },
    ),
  ];
  const pooled = poolScores(scores);
  expect(pooled).toMatchObject({ found: 2, top1: 2, top3: 2, incidentsPerFault: 1 });
  expect(pooled.faults).toHaveLength(3);
  expect(pooled.falseAlarms).toEqual([START + 900_000]);
  expect(pooled.detectedAfterSeconds).toEqual({ p50: 20, p90: 130 });
  expect(pooled.minutes).toMatchObject({ truePositives: 4, falseNegatives: 2 });
  expect(pooled.minutes.f1).toBeCloseTo((2 * 4) / (2 * 4 + pooled.minutes.falsePositives + 2));
});
