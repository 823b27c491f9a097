import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { judgeFuzz } from '../../bench/verify-long/fuzz.ts';
import { runFuzz } from '../../bench/verify-long/fuzz/run-fuzz.ts';

/** The short form of `npm run verify:long -- --only fuzz`: too short to say that memory is flat. */
it('half a minute of hostile requests from 64 connections: no crash, right answers, and the fault is found', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spanwatch-fuzz-'));
  try {
    const outcome = await runFuzz({
      folder,
      seconds: 32,
      atMostSeconds: 120,
      connections: 64,
      seed: 7,
      tracesPerSecond: 40,
      fault: { from: 6, seconds: 200 },
    });
    const rows = judgeFuzz(outcome).filter(({ promise }) => !promise.startsWith('memory does not grow'));
    expect(rows.filter(({ ok }) => !ok)).toEqual([]);
    expect(outcome.counts.answers.size).toBeGreaterThan(25);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 300_000);
