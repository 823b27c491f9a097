import type { ScaleJudgement } from '../detect/port.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import type { Suspect, SuspectCause } from '../domain/suspect.ts';
import { CAUSES, type Role } from './causes.ts';
import { callsCause, HOT, toSuspect } from './describe.ts';
import { CAP } from './hypotheses.ts';
import type { Touch, UnitIndex } from './unit-index.ts';

const MOST_SUSPECTS = 5;

interface Blamed {
  unit: number;
  weight: number;
  readonly because: { component: number; weight: number; row: number }[];
}

/**
 * Suspects of ONE trace (docs/detection.md, "One trace"). There is nothing to compare a component with but its own
 * past, so each speaks against one unit: own time, failures and missing calls against their service, a query against
 * the peer, a late request against the caller, a late response against the callee. When the callee's own time is about as
 * slow as the request, it may have been late to take it, or two things are wrong: then the request speaks half against
 * each, and the callee comes first. Weight is the evidence: a standardised deviation rather than milliseconds, so that
 * the loudest clock time does not hide the origin. Best first; empty when nothing is slower than usual.
 */
export function blameTrace(table: ComponentTable, units: UnitIndex, judgement: ScaleJudgement): Suspect[] {
  const slow = slowUnits(table, units, judgement);
  const blamed = new Map<number, Blamed>();
  for (let i = 0; i < judgement.length; i++) {
    const weight = weightOf(table, judgement, i);
    if (weight <= 0) continue;
    const accused = blame(units.touches(judgement.component[i]), weight, slow);
    for (const unit of accused) {
      const entry = blamed.get(unit) ?? { unit, weight: 0, because: [] };
      const part = weight / accused.length;
      entry.weight += part;
      entry.because.push({ component: judgement.component[i], weight: part, row: i });
      blamed.set(unit, entry);
    }
  }
  const total = [...blamed.values()].reduce((sum, { weight }) => sum + weight, 0);
  return [...blamed.values()]
    .sort((a, b) => b.weight - a.weight || a.unit - b.unit)
    .slice(0, MOST_SUSPECTS)
    .map((entry) => describe(table, units, judgement, { blamed: entry, share: entry.weight / total }));
}

/** Failures and missing calls are all or nothing in one trace: they count as much as any evidence may, not more. */
function weightOf(table: ComponentTable, judgement: ScaleJudgement, i: number): number {
  const kind = table.kindOf(judgement.component[i]);
  const counted = kind === 'error' || kind === 'calls';
  return counted ? Math.min(CAP, judgement.logBayes[i]) : judgement.logBayes[i];
}

/** Evidence against the own time of each service. */
function slowUnits(table: ComponentTable, units: UnitIndex, judgement: ScaleJudgement): Map<number, number> {
  const slow = new Map<number, number>();
  for (let i = 0; i < judgement.length; i++) {
    if (judgement.logBayes[i] < HOT) continue;
    for (const { unit, role } of units.touches(judgement.component[i])) {
      if (role === 'self') slow.set(unit, Math.max(slow.get(unit) ?? 0, weightOf(table, judgement, i)));
    }
  }
  return slow;
}

/** Roles that are blamed first. */
const FIRST: ReadonlySet<Role> = new Set([
  'self',
  'errors',
  'calls',
  'peer',
  'requestOut',
  'responseIn',
  'queueIn',
]);
/** The callee's own time is "about as slow" from this part of the request's evidence on. */
const AS_SLOW = 0.5;

function blame(touches: readonly Touch[], weight: number, slow: ReadonlyMap<number, number>): number[] {
  const first = touches.filter(({ role }) => FIRST.has(role)).slice(0, 1);
  const callee = touches.find(({ role }) => role === 'requestIn');
  const isSlow = callee !== undefined && (slow.get(callee.unit) ?? 0) >= AS_SLOW * weight;
  return (isSlow ? [callee, ...first] : first).map(({ unit }) => unit);
}

function describe(
  table: ComponentTable,
  units: UnitIndex,
  judgement: ScaleJudgement,
  { blamed, share }: { blamed: Blamed; share: number },
): Suspect {
  const loudest = blamed.because.sort((a, b) => b.weight - a.weight);
  const because = loudest.map(({ component }) => component);
  const cause = causeOf(table.kindOf(because[0]));
  const hypothesis = {
    unit: blamed.unit,
    cause: CAUSES.findIndex(({ name }) => name === cause),
    score: blamed.weight,
  };
  return toSuspect(
    table,
    units,
    { hypothesis, because, against: [], mass: blamed.weight, calls: callsCause(judgement, loudest[0].row) },
    Math.floor(share * 1000) / 1000,
  );
}

function causeOf(kind: ReturnType<ComponentTable['kindOf']>): SuspectCause {
  switch (kind) {
    case 'request':
    case 'response':
      return 'network';
    case 'dependency':
    case 'queue':
      return kind;
    default:
      return 'code';
  }
}
