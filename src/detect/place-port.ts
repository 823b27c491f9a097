import type { Stratum } from '../domain/place-windows.ts';

/** How the places of a service are divided into parts that are compared. */
export const PART_KINDS = ['instance', 'version', 'host'] as const;
export type PartKind = (typeof PART_KINDS)[number];

/** One component on one part of its service's places, beside the others in the same windows. */
export interface PartEvidence {
  readonly kind: PartKind;
  /** Slot number of the instance, version or node. */
  readonly slot: number;
  readonly component: number;
  /** Traces of the part, after leaving out; and of the others. */
  readonly count: number;
  readonly others: number;
  /** Values as in summaries, for `request` there and back; `expected` is what the others do. */
  readonly observed: number;
  readonly expected: number;
  readonly z: number;
  /** ln of the Bayes factor of "this part is worse" against "as its siblings"; at most 0 below the effect floor. */
  readonly logBayes: number;
  /** Of the part and of the others above what was learned of all together, in traces times value; at least 0. */
  readonly excess: number;
  readonly othersExcess: number;
}

/** Parts beside their siblings, by scale (index in SCALE_WINDOWS). */
export interface PlaceJudgement {
  readonly scales: readonly (readonly PartEvidence[])[];
  /** Different parts judged, for the budget. */
  readonly parts: number;
  readonly strata: readonly Stratum[];
  /** Node slots of each service in the windows judged, by service number. */
  readonly nodes: ReadonlyMap<number, ReadonlySet<number>>;
}
