import type { PartEvidence, PlaceJudgement } from '../detect/port.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import { partKey } from '../domain/part-key.ts';
import type { StratumCell } from '../domain/place-windows.ts';
import { type PartHypothesis, scoreParts } from './parts.ts';
import { partFingerprint, toPartSuspect } from './part-suspect.ts';
import type { Finding } from './port.ts';

export interface PartsAsked {
  readonly judgement: PlaceJudgement;
  /** Of a version's slot: whether it appeared while others were running. */
  readonly isNew: (slot: number) => boolean;
}

/** A part that explains less of what is above normal than this is not the story: all of them moved. */
const LEAST_SHARE = 0.5;
/** A part of a service is named in its place from this log Bayes factor on: e^10 to 1, when something is wrong there anyway. */
export const NAMED = 10;

/** Parts that explain most of what their services show, best of all scales; those of one scale alone need more. */
export function rankParts(
  table: ComponentTable,
  { judgement, isNew }: PartsAsked,
  cap: number,
): PartHypothesis[] {
  const best = new Map<string, PartHypothesis>();
  judgement.scales.forEach((_, scale) => {
    for (const part of scoreParts(table, judgement, { scale, cap, isNew })) {
      if (part.share < LEAST_SHARE) continue;
      const key = partFingerprint(table, part);
      const known = best.get(key);
      if (known === undefined || part.weight > known.weight) best.set(key, part);
    }
  });
  return [...best.values()].sort((a, b) => b.weight - a.weight || a.slots[0] - b.slots[0]);
}

/** One window is enough to name a part of what is wrong anyway, not to open an incident about it: a pause is no fault. */
export function opens({ scale, score }: PartHypothesis, cut: number): boolean {
  return scale > 0 && score >= cut;
}

/** A part as a finding. `rivals` are other parts of the same services that explain it too; `hot` what is hot by itself. */
export function partFinding(
  table: ComponentTable,
  part: PartHypothesis,
  {
    rivals,
    hot,
    strata,
  }: { rivals: readonly PartHypothesis[]; hot: Finding['hot']; strata: PlaceJudgement['strata'] },
): Finding {
  const rival = rivals.find((other) => other.kind !== part.kind);
  const lead = rival === undefined ? Number.POSITIVE_INFINITY : part.weight - rival.weight;
  const second = rival !== undefined && lead < 2 * NAMED ? [rival] : [];
  const odds = Math.exp(-lead / 4);
  const shares = [part.share / (1 + odds), (part.share * odds) / (1 + odds)];
  return {
    scale: part.scale,
    score: part.score,
    fingerprint: partFingerprint(table, part),
    suspects: [part, ...second].map((one, i) => toPartSuspect(table, one, shares[i])),
    hot: merged(part, hot),
    services: part.services,
    lead,
    parts: part.evidence.map((piece) => ({
      ...piece,
      key: partKey(table, piece),
      cells: cellsOf(strata, piece),
    })),
  };
}

function cellsOf(strata: PlaceJudgement['strata'], { component, kind, slot }: PartEvidence): StratumCell[] {
  const stratum = strata.find((one) => one.component === component);
  const of = { instance: 'place', version: 'version', host: 'node' } as const;
  return stratum?.cells.filter((cell) => cell[of[kind]] === slot) ?? [];
}

/** The part's components, and what is hot anyway. */
function merged({ evidence }: PartHypothesis, hot: Finding['hot']): Finding['hot'] {
  const loud = new Map<number, number>();
  for (const { component, logBayes } of evidence)
    if (logBayes >= 3) loud.set(component, Math.max(logBayes, loud.get(component) ?? 0));
  for (const { component, logBayes } of hot)
    loud.set(component, Math.max(logBayes, loud.get(component) ?? 0));
  return [...loud]
    .map(([component, logBayes]) => ({ component, logBayes }))
    .sort((x, y) => y.logBayes - x.logBayes || x.component - y.component);
}
