import { describe, expect, it, vi } from 'vitest';
import { httpRows } from '../../bench/http/http-bench.ts';
import { medianMs } from '../../bench/medians.ts';
import { type Row, cellsOf, isMet, textTable } from '../../bench/rows.ts';
import {
  assemblyRows,
  decodeRows,
  forestRows,
  learningRows,
  summariesRows,
  verdictRows,
} from '../../bench/suite.ts';
import { withRows } from '../../bench/write-docs.ts';
import { Pipelines } from '../../bench/verdicts/pipelines.ts';
import { learnShop } from '../../bench/verdicts/shop-model.ts';
import { generateOtlpPayloads } from '../../src/simulator/index.ts';

const TINY_VERDICTS = { rounds: 1, spans: 3000, tracesPerSecond: 100, learnSeconds: 20 };

describe('every benchmark gives finite figures on little input', () => {
  const cases: [string, () => Row[] | Promise<Row[]>][] = [
    ['decode', () => decodeRows(1, 1)],
    ['assembly', () => assemblyRows(1, 100)],
    ['summaries', () => summariesRows(1, 20, 50)],
    ['forest', () => forestRows(1, 1000)],
    ['verdicts', () => verdictRows(TINY_VERDICTS)],
    ['learning', () => learningRows(40_000, 300)],
    ['http', () => httpRows({ rounds: 1, secondsPerRound: 2, tracesPerSecond: 30 })],
  ];
  // The one over HTTP starts two processes.
  it.each(cases)('%s', { timeout: 240_000 }, async (_name, rowsOf) => {
    for (const row of await rowsOf()) {
      expect(row.value, row.what).toBeGreaterThanOrEqual(0);
      expect(Number.isFinite(row.value), row.what).toBe(true);
      if (row.peer !== undefined) expect(Number.isFinite(row.peer.ratio), row.what).toBe(true);
    }
  });
});

describe('the pipelines of bytes to verdicts', () => {
  it('pass the same spans and traces up to every stage, and judge windows at the end', async () => {
    const payloads = generateOtlpPayloads({
      seed: 1,
      spans: 20_000,
      spansPerRequest: 512,
      tracesPerSecond: 60,
    });
    const pipelines = new Pipelines(await learnShop(30), payloads);
    expect(pipelines.run('decode').spans).toBe(20_000);
    const { traces } = pipelines.run('assemble');
    expect(traces).toBeGreaterThan(500);
    expect(pipelines.run('measure')).toMatchObject({ spans: 20_000, traces });
    expect(pipelines.run('score')).toMatchObject({ spans: 20_000, traces });
    const whole = pipelines.run('judge');
    expect(whole).toMatchObject({ spans: 20_000, traces });
    expect(whole.windows).toBeGreaterThan(1);
  });
});

describe('the table', () => {
  const row: Row = {
    what: 'decode',
    value: 2_500_000,
    unit: 'spans/s',
    peer: { name: 'other', value: 500_000, ratio: 5 },
    goal: { of: 'ratio', atLeast: 4 },
  };

  it('says whether a goal is met, by ratio or by value', () => {
    expect(isMet(row)).toBe(true);
    expect(isMet({ ...row, goal: { of: 'ratio', atLeast: 6 } })).toBe(false);
    expect(isMet({ what: 'memory', value: 2000, unit: 'MiB', goal: { of: 'value', atMost: 1024 } })).toBe(
      false,
    );
    expect(isMet({ what: 'x', value: 1, unit: 'ms' })).toBeUndefined();
  });

  it('aligns its columns', () => {
    expect(cellsOf(row)).toEqual(['decode', '2.50M spans/s', '500k spans/s other', '5.0x', '>= 4x', 'met']);
    const [header, line] = textTable([row]);
    expect(line.indexOf('2.50M')).toBe(header.indexOf('here'));
  });
});

describe('the page', () => {
  const PAGE = `# Performance\n\n- machine: one\n\n| what | here |\n| --- | --- |\n| learn 10 spans | 5 ms |\n| decode | 7 ms |\n\n## How\n`;
  const row: Row = { what: 'learn 12 spans', value: 6, unit: 'ms' };

  it('takes the rows of some benchmarks anew, and says on what', async () => {
    const fresh = { machine: ['machine: two'], rows: [row, { ...row, what: 'fresh' }], only: ['learning'] };
    const once = await withRows(PAGE, fresh);
    expect(once).toContain('- later, learning: machine: two');
    expect(once).toMatch(/learn 12 spans .*\n\| decode .*\n\| fresh /);
    expect(once).not.toContain('learn 10 spans');
    expect(await withRows(once, fresh)).toBe(once);
  });
});

describe('the median of CPU time', () => {
  it('is above zero for a short run, where the kernel counts CPU time in ticks of 10 ms', () => {
    const exact = process.cpuUsage.bind(process);
    const ticks = (us: number): number => Math.floor(us / 10_000) * 10_000;
    const atStart = exact();
    vi.spyOn(process, 'cpuUsage').mockImplementation((before) => {
      const { user, system } = exact(atStart);
      return { user: ticks(user) - (before?.user ?? 0), system: ticks(system) - (before?.system ?? 0) };
    });
    const { short } = medianMs([{ name: 'short', run: () => void Math.sqrt(2) }], 1, 0);
    vi.restoreAllMocks();
    expect(short).toBeGreaterThan(0);
  });
});
