import type { Baseline } from '../baseline/port.ts';
import type { RecentWindows, ScaleJudgement } from '../detect/port.ts';
import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import type { Harm, HarmedEntry } from '../domain/incident.ts';
import { LONGEST_SCALE, SCALE_WINDOWS } from '../domain/scales.ts';
import { usOf } from '../domain/summary.ts';
import type { Observation } from '../incident/port.ts';
import type { Finding } from '../locate/port.ts';
import type { EntryReach } from '../measure/port.ts';
import { servedByPart } from './observe-part.ts';

export interface HarmContext {
  readonly table: ComponentTable;
  readonly baselines: readonly (Baseline | undefined)[];
  readonly recent: RecentWindows;
  readonly reach: EntryReach;
}

/** An entry of which fewer traces pass through the suspect is not called hurt. */
const LEAST_PART = 0.01;

/**
 * The entries whose traces pass through the suspect, in the windows judged, with their own end-to-end times; and how much of what
 * fails gets through to them. `told`: what is told of an entry's time as evidence,
 * microseconds; what severity reads stays as it was judged.
 */
export function harmOf(
  context: HarmContext,
  scale: ScaleJudgement,
  finding: Finding,
  told: (total: number, row: number) => number | undefined,
): Required<Pick<Observation, 'harm' | 'waiting' | 'passedOn'>> {
  const { table, reach, recent, baselines } = context;
  const totals = new Map<number, number>();
  for (let i = 0; i < scale.length; i++) {
    if (table.kind[scale.component[i]] === KindCode.total) totals.set(table.a[scale.component[i]], i);
  }
  const windows = SCALE_WINDOWS[finding.scale];
  const served = servedByPart(finding);
  const reached = reach.reach(finding.services).map(({ operation, part: whole, waiting, weight }) => {
    const part = whole * served;
    const component = table.find(KindCode.total, operation, 0);
    const tracesOf = (lately: number): number => (component < 0 ? 0 : recent.tracesOf(component, lately));
    // The mix of the entries is steadier than forty traces of ten seconds say: of as long as is judged at most.
    const all = tracesOf(LONGEST_SCALE) * weight;
    return { operation, part, component, traces: tracesOf(windows), all, waiting: waiting * served };
  });
  const all = reached.reduce((sum, entry) => sum + entry.all, 0);
  const hurt = reached.reduce((sum, entry) => sum + entry.all * entry.part, 0);
  const waiting = reached.reduce((sum, entry) => sum + entry.all * entry.waiting, 0);
  const entries = reached
    .filter((entry) => entry.part >= LEAST_PART && entry.traces > 0)
    .sort((a, b) => b.traces * b.part - a.traces * a.part || a.operation - b.operation)
    .slice(0, 5)
    .map((entry): HarmedEntry => {
      const row = totals.get(entry.operation);
      const expected = baselines[entry.component]?.level;
      const observedUs = row === undefined ? 0 : usOf(scale.observed[row]);
      const toldUs = row === undefined ? undefined : told(entry.component, row);
      return {
        service: table.names.serviceIdentity(table.names.serviceOf(entry.operation)).name,
        operation: table.names.operationName(entry.operation),
        hurt: Math.round(entry.traces * entry.part),
        total: Math.round(entry.traces),
        observedUs,
        expectedUs: expected === undefined ? 0 : usOf(expected),
        ...(toldUs !== undefined && toldUs > observedUs && { toldUs }),
      };
    });
  const share = all === 0 ? 0 : hurt / all;
  const passedOn = passedOnOf(context, finding);
  return {
    harm: { share, entries, ...passedOnByFirst(finding, passedOn) },
    waiting: all === 0 ? share : waiting / all,
    passedOn,
  };
}

/** Of each failing component, the part of its service's failures that is not answered without it. */
function passedOnOf({ table, reach }: HarmContext, { hot }: Finding): Record<string, number> {
  const failing = hot.filter(({ component }) => table.kind[component] === KindCode.error);
  const parts = failing.map(({ component }): [string, number] => [
    table.key(component),
    reach.passedOn(table.names.serviceOf(table.a[component])),
  ]);
  return Object.fromEntries(parts);
}

/** Of the first suspect, where some of its failures were answered without it. */
function passedOnByFirst(
  { suspects }: Finding,
  passedOn: Readonly<Record<string, number>>,
): Pick<Harm, 'passedOn'> {
  const parts = suspects.slice(0, 1).flatMap(({ because }) => because.map((key) => passedOn[key] ?? 1));
  const least = Math.min(1, ...parts);
  return least < 1 ? { passedOn: least } : {};
}
