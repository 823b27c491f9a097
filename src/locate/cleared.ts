import type { ScaleJudgement } from '../detect/port.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import { COLD, HOT, type Case } from './describe.ts';
import type { UnitIndex } from './unit-index.ts';

/** More names than these are no sentence. */
const MOST_CLEARED = 3;

/**
 * Why not its neighbours: components that show as usual what would be hot if a service that calls the first suspect, or
 * is called by it, were to blame. Own time where time was lost, failures where something fails; of calls nothing can be
 * said. One a service, those whose calls are hot first, then by traces; none of a service with anything hot of its own,
 * and none of `named`, which are suspects themselves.
 */
export function clearedNeighbours(
  table: ComponentTable,
  units: UnitIndex,
  judgement: ScaleJudgement,
  { first, named }: { readonly first: Case; readonly named: ReadonlySet<number> },
): string[] {
  const { hypothesis, because } = first;
  const loudest = because.length === 0 ? undefined : table.kindOf(because[0]);
  if (loudest === undefined || loudest === 'calls') return [];
  const kind = loudest === 'error' ? 'error' : 'self';
  const coldest = new Map<number, { readonly row: number; readonly count: number }>();
  const guilty = new Set<number>();
  for (let row = 0; row < judgement.length; row++) {
    const component = judgement.component[row];
    if (table.kindOf(component) !== kind) continue;
    const [{ unit }] = units.touches(component);
    if (named.has(unit) || !units.areNeighbours(unit, hypothesis.unit)) continue;
    if (judgement.logBayes[row] >= HOT) guilty.add(unit);
    const count = judgement.count[row];
    if (judgement.logBayes[row] <= COLD && count > (coldest.get(unit)?.count ?? 0))
      coldest.set(unit, { row, count });
  }
  const near = new Set(because.flatMap((component) => units.touches(component).map(({ unit }) => unit)));
  return [...coldest]
    .filter(([unit]) => !guilty.has(unit))
    .sort(([a, x], [b, y]) => Number(near.has(b)) - Number(near.has(a)) || y.count - x.count || x.row - y.row)
    .slice(0, MOST_CLEARED)
    .map(([, { row }]) => table.key(judgement.component[row]));
}
