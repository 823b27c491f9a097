import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Baseline } from '../../src/baseline/index.ts';
import { parseComponent } from '../../src/domain/component-grammar.ts';
import { ComponentTable } from '../../src/domain/component-table.ts';
import { Names } from '../../src/domain/names.ts';
import { HISTOGRAM_BUCKETS, histogramBucket, LOG_OFFSET_US, SummaryBatch } from '../../src/domain/summary.ts';
import { History, type HistoryOptions } from '../../src/history/index.ts';
import {
  createMetrics,
  createRandom,
  ManualClock,
  type Runtime,
  silentLogger,
} from '../../src/runtime/index.ts';

export const HOUR_MS = 3_600_000;
export const START_MS = Date.UTC(2026, 4, 1, 12);

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spanwatch-history-'));
  folders.push(folder);
  return folder;
}

export interface Scene {
  readonly path: string;
  readonly runtime: Runtime & { readonly clock: ManualClock };
  readonly table: ComponentTable;
  readonly baselines: (Baseline | undefined)[];
  history: History;
  /** As after a kill: a process of its own numbers opens the same file; what was not flushed is lost. */
  again(): Scene;
}

/** A history in a file of its own. */
export function historyScene(change: Partial<HistoryOptions> = {}): Scene {
  const path = change.path ?? join(temporaryFolder(), 'history.db');
  const runtime = {
    clock: new ManualClock(START_MS),
    logger: silentLogger(),
    metrics: createMetrics(),
    random: createRandom(1),
  };
  const table = new ComponentTable(new Names());
  const baselines: (Baseline | undefined)[] = [];
  const options: HistoryOptions = {
    path,
    keepMs: [6 * HOUR_MS, 72 * HOUR_MS, 840 * HOUR_MS],
    maxBytes: 2 ** 30,
    ...change,
  };
  const history = new History(table, baselines, options, runtime);
  return { path, runtime, table, baselines, history, again: () => historyScene({ ...change, path }) };
}

export interface Said {
  readonly key: string;
  /** One a trace: microseconds for latency, else as it is. */
  readonly values: readonly number[];
}

/** A sealed window at `atMs` in which traces said these values. */
export function windowOf(table: ComponentTable, atMs: number, said: readonly Said[]): SummaryBatch {
  const batch = new SummaryBatch(said.length);
  batch.windowStartMs = atMs;
  batch.sealed = true;
  for (const { key, values } of said) {
    const component = table.intern(parseComponent(key));
    const row = batch.addRow(component);
    const latency = /^(self|total|request|response|dependency)/.test(key);
    for (const raw of values) {
      const value = latency ? Math.log(raw + LOG_OFFSET_US) : raw;
      batch.count[row]++;
      batch.values[row]++;
      batch.sum[row] += value;
      batch.sumOfSquares[row] += value * value;
      batch.topValue[row] = Math.max(batch.topValue[row], value);
      if (latency) batch.histogram[row * HISTOGRAM_BUCKETS + histogramBucket(value)]++;
    }
    batch.traces = Math.max(batch.traces, values.length);
  }
  return batch;
}
