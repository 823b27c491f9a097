import type { Baseline } from '../baseline/index.ts';
import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import type { EntryReachCounter } from '../measure/index.ts';

/** Whether any entry operation that was seen lately has a baseline: else the model is of another system. */
export function knowsTraffic(
  table: ComponentTable,
  reach: EntryReachCounter,
  baselines: readonly (Baseline | undefined)[],
): boolean {
  const entries = reach.reach([]);
  return (
    entries.length === 0 ||
    entries.some(({ operation }) => {
      const total = table.find(KindCode.total, operation, 0);
      return total >= 0 && baselines[total] !== undefined;
    })
  );
}
