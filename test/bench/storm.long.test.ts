import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { weather } from '../../bench/verify-long/storm.ts';

it('a small storm loses nothing, says twice only what was in flight, and makes each ticket once', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'spanwatch-storm-'));
  try {
    const options = { incidents: 30, kills: { anywhere: 3, inTheGap: 6 }, openings: 20 };
    const { rows, counts } = await weather({ scratch, say: () => undefined }, options);
    const isLatency = ({ promise }: (typeof rows)[number]): boolean => promise.startsWith('from an opening');
    expect(rows.filter((row) => !row.ok && !isLatency(row))).toEqual([]);
    // Of twenty the 99th percentile is the slowest: one moment at which the machine stood still. The median is ours.
    const [, p50Ms] = /^p50 ([\d.]+) ms/.exec(rows.find(isLatency)?.measured ?? '') ?? [];
    expect(Number(p50Ms)).toBeLessThan(1000);
    // 10 calm ones, 10 that flap, 10 that get worse.
    expect(counts.map(({ decided }) => decided)).toEqual(Array(5).fill(10 * 2 + 10 * 7 + 10 * 3));
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
