import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { compareStories, simulated } from '../../bench/verify-long/kills.ts';

const scratch = mkdtempSync(join(tmpdir(), 'spanwatch-kills-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

it('a few kills of each kind change nothing but that a message may come twice', async () => {
  const kills = {
    'while taking spans': 2,
    'while recovering': 1,
    'while writing a checkpoint': 1,
    'between sending and recording a message': 1,
  };
  const input = await simulated(360);
  const { rows, killed } = await compareStories(
    { scratch, say: () => undefined },
    { ...input, kills, seed: 3 },
  );
  expect(rows.filter(({ ok }) => !ok)).toEqual([]);
  expect(killed.killed).toEqual(kills);
  expect(killed.lives.starts).toBeGreaterThanOrEqual(5);
}, 300_000);
