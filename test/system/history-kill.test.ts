import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { WINDOW_MS } from '../../src/domain/summary.ts';
import { historyScene } from '../history/histories.ts';

const WRITER = join(import.meta.dirname, 'history-writer.ts');
const FIRST = 180_000_000;
const KILLS = 8;

/** Windows that the process said were flushed before it was killed. */
async function writeAndKill(path: string, from: number, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, path, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise((resolve) => child.once('close', resolve));
  while (said === '') await pause(20);
  await pause(afterMs);
  child.kill('SIGKILL');
  await ended;
  const whole = said.slice(0, said.lastIndexOf('\n')).split('\n');
  return Number(whole.at(-1));
}

it('keeps every window that was flushed over SIGKILLs, once, and in its roll-ups', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spanwatch-history-kill-'));
  const path = join(folder, 'history.db');
  try {
    let next = FIRST;
    for (let kill = 0; kill < KILLS; kill++) {
      const flushed = await writeAndKill(path, next, 10 + ((kill * 37) % 90));
      const { history } = historyScene({ path, keepMs: [1e9, 1e10, 1e11] });
      const windows = history.windows(FIRST * WINDOW_MS, 1e13);
      const last = (windows.at(-1)?.startMs ?? 0) / WINDOW_MS;
      expect(last).toBeGreaterThanOrEqual(flushed);
      expect(windows.length).toBe(last - FIRST + 1);
      await history.shutdown();
      // The next process begins before the end of what is there, as a journal that is played back does.
      // Not before the first one, where the first process was killed at its first flush.
      next = Math.max(FIRST, last - 10);
    }
    const { history } = historyScene({ path, keepMs: [1e9, 1e10, 1e11] });
    const total = history.windows(FIRST * WINDOW_MS, 1e13).length;
    const range = { component: 'error(pay, Charge)', fromMs: 0, toMs: 1e13 };
    for (const maxPoints of [2000, 1]) {
      const series = await history.series({ ...range, maxPoints });
      expect(series?.points.reduce((sum, { count }) => sum + count, 0)).toBe(total);
    }
    await history.shutdown();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
