import type { Baseline } from '../baseline/port.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import type { ComponentKind } from '../domain/component.ts';
import { OVERFLOW_NAME } from '../domain/names.ts';
import { partKey } from '../domain/part-key.ts';
import { type Deviation, deviationOf, type StratumSums, sumsOf } from '../domain/place-deviation.ts';
import { partsBy, type PlaceWindows, type Stratum, type StratumCell } from '../domain/place-windows.ts';
import { SCALE_WINDOWS } from '../domain/scales.ts';
import { logBayesFactor, priorShift } from './bayes.ts';
import { isNoticeable } from './effect.ts';
import type { EffectFloors } from './effect-floors.ts';
import { PART_KINDS, type PartEvidence, type PartKind, type PlaceJudgement } from './place-port.ts';
import { logTailBayes } from './tail-bayes.ts';

/**
 * Traces of a part and of its siblings, after leaving out. One window opens no incident about a part: it only says which
 * part of what is wrong anyway.
 */
const LEAST_TRACES_ONE_WINDOW = 2;
const LEAST_TRACES = 4;
const LEAST_OTHERS = 6;
/** Failures come in bursts: two count as one witness. */
const ERROR_CLUMP = 2;
/** Variance from trace to trace where nobody learned one: a factor of 1.6 is usual. */
const UNKNOWN_WITHIN = 0.5 ** 2;

export interface PlaceJudges {
  readonly table: ComponentTable;
  readonly baselines: readonly (Baseline | undefined)[];
  /** Variance of a pod's own level. */
  readonly spread: (component: number, scale: number) => number;
  readonly floors: EffectFloors;
}

/** Pods, versions and hosts beside their siblings at each scale (docs/detection.md, "Instances, versions, hosts"). */
export function judgePlaces(judges: PlaceJudges, windows: PlaceWindows): PlaceJudgement {
  const strata = windows.strata();
  const scales = SCALE_WINDOWS.map((_, scale) => strata.flatMap((stratum) => judge(judges, stratum, scale)));
  const parts = new Set(scales.flat().map(({ kind, slot }) => `${kind} ${slot}`));
  return { scales, parts: parts.size, strata, nodes: windows.nodes(judges.table.names) };
}

function judge(judges: PlaceJudges, { component, cells }: Stratum, scale: number): PartEvidence[] {
  const all = sumsOf(cells, SCALE_WINDOWS[scale]);
  return PART_KINDS.flatMap((kind) => {
    const parts = partsBy(cells, (cell) => slotOf(cell, kind));
    if (parts.size < 2) return [];
    return [...parts].flatMap(([slot, part]) => {
      // What is filed under (other) is a mixture, and what names nothing is nobody.
      if (slot === 0 || judges.table.names.slotName(slot) === OVERFLOW_NAME) return [];
      const evidence = judgePart(judges, { all, part, component, kind, slot, scale });
      return evidence === undefined ? [] : [evidence];
    });
  });
}

export function slotOf(cell: StratumCell, kind: PartKind): number {
  switch (kind) {
    case 'instance':
      return cell.place;
    case 'version':
      return cell.version;
    case 'host':
      return cell.node;
  }
}

interface PartAsked {
  readonly all: StratumSums;
  readonly part: readonly StratumCell[];
  readonly component: number;
  readonly kind: PartKind;
  readonly slot: number;
  readonly scale: number;
}

function judgePart(
  judges: PlaceJudges,
  { all, part, component, kind, slot, scale }: PartAsked,
): PartEvidence | undefined {
  const baseline = judges.baselines[component];
  const inflation = baseline?.inflation ?? 1;
  const deviation = deviationOf(all, part, {
    leaveOut: true,
    leastWithin: baseline?.within ?? UNKNOWN_WITHIN,
  });
  if (deviation === undefined || deviation.others < LEAST_OTHERS) return undefined;
  if (deviation.count < (scale === 0 ? LEAST_TRACES_ONE_WINDOW : LEAST_TRACES)) return undefined;
  const componentKind = judges.table.kindOf(component);
  const expected = deviation.observed - deviation.deviation;
  const spread = judges.spread(component, scale) * deviation.perSpread;
  const standardError = Math.sqrt(inflation ** 2 * deviation.sampling + spread);
  const z = deviation.deviation / standardError;
  const logBayes =
    componentKind === 'error'
      ? errorBayes(deviation, expected)
      : logBayesFactor(z, standardError, priorShift(componentKind, expected));
  const { observed, count } = deviation;
  const calm =
    !isNoticeable(componentKind, observed, expected) ||
    judges.floors.covers(component, componentKind, { observed, expected }) ||
    judges.floors.coversPart(() => partKey(judges.table, { component, kind, slot }), componentKind, {
      observed,
      expected,
    });
  return {
    ...{ kind, slot, component, count, observed, expected, z },
    others: deviation.others,
    logBayes: calm ? Math.min(0, logBayes) : logBayes,
    ...excess(componentKind, deviation, baseline?.level),
  };
}

/** More failures than the siblings have at the same time: how often they fail is known from them alone. */
function errorBayes({ count, others, observed }: Deviation, expected: number): number {
  const failed = Math.max(0, observed * count);
  const tail = { offset: 0, exceeded: Math.max(0, expected * others), traces: others, clump: ERROR_CLUMP };
  return logTailBayes(failed, count, tail);
}

/** What the part, and what the others lie above what was learned of all together, in traces times value. */
function excess(
  kind: ComponentKind,
  { count, others, observed, deviation }: Deviation,
  level: number | undefined,
): { readonly excess: number; readonly othersExcess: number } {
  const beside = observed - deviation;
  // Of a call there and back nothing was learned: the siblings are all that it is compared with.
  if (level === undefined || kind === 'request')
    return { excess: Math.max(0, count * deviation), othersExcess: 0 };
  return {
    excess: Math.max(0, count * (observed - level)),
    othersExcess: isNoticeable(kind, beside, level) ? others * (beside - level) : 0,
  };
}
