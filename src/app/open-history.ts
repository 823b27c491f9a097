import { join } from 'node:path';
import type { Baseline } from '../baseline/index.ts';
import type { Config } from '../config/index.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import { History } from '../history/index.ts';
import type { Runtime } from '../runtime/index.ts';

const HOUR_MS = 3_600_000;

/** The history of a service, in `dataDir/history.db`. */
export function openHistory(
  { history, dataDir }: Config,
  table: ComponentTable,
  baselines: readonly (Baseline | undefined)[],
  runtime: Runtime,
): History {
  return new History(
    table,
    baselines,
    {
      path: join(dataDir, 'history.db'),
      keepMs: [
        history.windowHours * HOUR_MS,
        history.minuteDays * 24 * HOUR_MS,
        history.hourWeeks * 7 * 24 * HOUR_MS,
      ],
      maxBytes: history.maxBytes,
    },
    runtime,
  );
}
