import type { Baseline } from '../baseline/index.ts';
import { Detector } from '../detect/index.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import { SummaryBatch } from '../domain/summary.ts';
import type { History, HistoryWindow } from '../history/index.ts';
import { Locator } from '../locate/index.ts';
import type { WouldFind } from './feedback-gate.ts';

export interface FeedbackReplayParts {
  readonly table: ComponentTable;
  readonly baselines: readonly (Baseline | undefined)[];
  readonly history: Pick<History, 'windows'>;
  /** Score at which an incident opens. */
  readonly cut: () => number;
}

/** The longest scale looks back two minutes; an incident that is not found in ten minutes of itself is not found. */
const BEFORE_MS = 120_000;
const MOST_MS = 600_000;
/** Windows of itself that must be kept for a replay to say anything. */
const LEAST_WINDOWS = 3;

/**
 * Replays kept windows through detection and localisation as they are now, with the levels as they were when the windows
 * were judged: is there a finding about the same suspect?
 */
export function createFeedbackReplay({ table, baselines, history, cut }: FeedbackReplayParts): WouldFind {
  return (incident, floors) => {
    const { startedAt, firing } = incident;
    const toMs = Math.min(startedAt + MOST_MS, firing.at(-1)?.[1] ?? startedAt);
    const windows = history.windows(startedAt - BEFORE_MS, toMs);
    if (windows.filter(({ startMs }) => startMs >= startedAt).length < LEAST_WINDOWS) return undefined;
    const then = baselines.map((baseline) => baseline && { ...baseline });
    const detector = new Detector(table, then);
    const locator = new Locator(table);
    detector.floors.set(floors, (key) => table.internKey(key));
    return windows.some((window) => {
      const judgement = detector.observe(batchOf(table, then, window));
      return locator.find(judgement, cut()).some(({ fingerprint }) => fingerprint === incident.fingerprint);
    });
  };
}

/** A kept window as it was sealed; the baselines get the levels that judged it. */
function batchOf(
  table: ComponentTable,
  baselines: (Baseline | undefined)[],
  { startMs, records }: HistoryWindow,
): SummaryBatch {
  const batch = new SummaryBatch(Math.max(1, records.size));
  batch.windowStartMs = startMs;
  batch.sealed = true;
  for (const [key, { count, mean, variance, top, level }] of records) {
    const component = table.internKey(key);
    if (component < 0) continue;
    const row = batch.addRow(component);
    batch.count[row] = batch.values[row] = count;
    batch.sum[row] = count * mean;
    batch.sumOfSquares[row] = count * (variance + mean * mean);
    batch.topValue[row] = top;
    batch.traces = Math.max(batch.traces, count);
    const baseline = baselines[component];
    if (Number.isNaN(level)) baselines[component] = undefined;
    else if (baseline !== undefined) baseline.level = level;
  }
  return batch;
}
