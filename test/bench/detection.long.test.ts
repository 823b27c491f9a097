import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAPTURES, runDetection, type BenchRun } from '../../bench/detection/run.ts';
import { markdownTable, textTable } from '../../bench/detection/table.ts';
import { at, writeCapture } from '../../src/simulator/index.ts';

const START = Date.UTC(2026, 0, 5, 8, 0, 0);
const MINUTES = 24;
/** One fault in each half, so that each fold has something to find. */
const FAULT_SECONDS = [360, 1080];

let folder: string;
let run: BenchRun;
let said: string[];

async function simulateInto(name: string, isFaulty: boolean): Promise<void> {
  const path = join(folder, name);
  mkdirSync(path);
  const script = FAULT_SECONDS.reduce(
    (so, second) => so.at(second).slow('payment', { addMs: 400 }, 180),
    at(0).traffic(1, 1),
  );
  await writeCapture({
    path: join(path, 'spans.otlp.jsonl.gz'),
    seconds: MINUTES * 60,
    seed: 5,
    startMs: START,
    tracesPerSecond: isFaulty ? 4 : 2,
    ...(isFaulty ? { script } : {}),
  });
  if (!isFaulty) return;
  const rows = FAULT_SECONDS.map((second) => {
    const utc = (ms: number): string => new Date(START + ms).toISOString();
    return `${utc(second * 1000)},${utc((second + 180) * 1000)},payment,payment-1,cpu_contention,4,1,`;
  });
  const head = 'start_utc,end_utc,service,pod,type,minutes_present,usable,minutes';
  writeFileSync(join(path, 'faults.csv'), [head, ...rows, ''].join('\n'));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spanwatch-detection-'));
  said = [];
  await simulateInto('shop', true);
  run = await runDetection(folder, { only: 'shop', say: (line) => said.push(line) });
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a capture with two simulated faults', () => {
  const ours = (): BenchRun['rows'] => run.rows.filter(({ method }) => method === 'spanwatch');

  it('is judged in three ways, each by ours and by three rivals', () => {
    expect(ours().map(({ learned }) => learned)).toEqual([
      'outside its faults, judged whole',
      'two folds, pooled',
      'faults left in, judged whole',
    ]);
    expect(run.rows).toHaveLength(12);
  });

  it('has both faults found and rightly blamed by ours, clean and out of fold', () => {
    for (const { score } of ours().slice(0, 2)) {
      expect(score).toMatchObject({ found: 2, top1: 2, falseAlarms: [] });
      expect(score.detectedAfterSeconds.p90).toBeLessThan(120);
    }
  });

  it('leaves no rival more false openings than ours', () => {
    for (const rival of run.rows.filter(({ tuned }) => tuned !== undefined)) {
      const own = ours().find(({ learned }) => learned === rival.learned);
      expect(rival.score.falseAlarms.length).toBeLessThanOrEqual(own?.score.falseAlarms.length ?? -1);
    }
  });

  it('lets a rival find so loud a fault: it is a rival', () => {
    const found = run.rows.filter(({ tuned }) => tuned !== undefined).map(({ score }) => score.found);
    expect(Math.max(...found)).toBe(2);
  });

  it('is printed a line a row', () => {
    expect(textTable(run.rows)).toHaveLength(13);
    expect(markdownTable(run.rows)[2]).toContain(
      '| shop | outside its faults, judged whole | spanwatch | 2/2 |',
    );
  });
});

describe('a quiet capture', () => {
  it('is judged after its first part, in folds, and with its load changed', async () => {
    await simulateInto('calm', false);
    const { rows } = await runDetection(folder, { only: 'calm', say: () => undefined });
    const own = rows.filter(({ method }) => method === 'spanwatch');
    expect(own.map(({ learned }) => learned)).toEqual([
      'first hour, judged on the rest',
      'two folds, pooled',
      'first hour, load to 1/12 half way',
      'first hour, load doubled half way',
    ]);
    expect(own.map(({ score }) => score.falseAlarms)).toEqual([[], [], [], []]);
  }, 240_000);
});

it('finds captures by how they are laid out, and says which known ones are absent', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'spanwatch-detection-'));
  const lines: string[] = [];
  try {
    symlinkSync(join(folder, 'calm'), join(empty, 'of-their-own'));
    mkdirSync(join(empty, 'no-capture'));
    const { rows, skipped } = await runDetection(empty, { say: (line) => lines.push(line) });
    expect(new Set(rows.map(({ capture }) => capture))).toEqual(new Set(['of-their-own']));
    expect(skipped).toEqual([...CAPTURES]);
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
}, 240_000);

it('says which captures are absent', async () => {
  const lines: string[] = [];
  const { rows, skipped } = await runDetection(join(folder, 'nowhere'), { say: (line) => lines.push(line) });
  expect(rows).toEqual([]);
  expect(skipped).toEqual(['onlineboutique-0822', 'nezha-tt-0129', 'trainticket-quiet']);
  expect(lines[0]).toMatch(/^SKIPPED onlineboutique-0822: /);
});
