import type { PartEvidence, PartKind, PlaceJudgement } from '../detect/port.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import { CAP } from './hypotheses.ts';
import { HOT } from './describe.ts';
import { logMixture } from './mixture.ts';

/** A pod, a version or a host as a suspect, with the one cause that explains best what it shows beside its siblings. */
export interface PartHypothesis {
  readonly kind: PartKind;
  /** Slot numbers: one, or that of each service on the host. */
  readonly slots: readonly number[];
  /** Services in it that are hurt. */
  readonly services: readonly number[];
  /** Index in PART_CAUSES. */
  readonly cause: number;
  /** ln of the Bayes factor, each component counting for at most e^cap. */
  readonly score: number;
  /** The same without that cap: what tells a pod from its version and its host when both are beyond doubt. */
  readonly weight: number;
  /** The part of what is above normal that this explains, 0..1. */
  readonly share: number;
  readonly scale: number;
  /** Loudest first. */
  readonly evidence: readonly PartEvidence[];
}

/** Probability that a component of this kind is hot; `request` is the way there and back. */
export const PART_CAUSES = [
  { name: 'network', hot: { request: 0.8 } },
  { name: 'cpu', hot: { self: 0.6, request: 0.6, dependency: 0.4 } },
  { name: 'code', hot: { self: 0.3, error: 0.3 } },
  { name: 'errors', hot: { error: 0.5, self: 0.1 } },
] as const satisfies readonly { name: string; hot: Partial<Record<string, number>> }[];

/** A service on a host that is short of something is hurt with this probability. */
const HURT_ON_HOST = 0.8;
/** No component tells more than this about who it is. */
const MOST_WEIGHT = 300;
/** Most faults come with a change: a version that is new is likelier than the one pod that runs it (e^3), an old one less. */
const NEW_VERSION = 3;
const OLD_VERSION = -1;

interface Tally {
  readonly kind: PartKind;
  readonly slot: number;
  readonly service: number;
  readonly scores: number[];
  readonly weights: number[];
  readonly evidence: PartEvidence[];
}

/** All parts at one scale, best first. `cap` is that of `scoreHypotheses`; `isNew` tells of a version slot whether it appeared while others were running. */
export function scoreParts(
  table: ComponentTable,
  judgement: PlaceJudgement,
  { scale, cap, isNew }: { scale: number; cap: number; isNew: (slot: number) => boolean },
): PartHypothesis[] {
  const tallies = new Map<string, Tally>();
  for (const evidence of judgement.scales[scale]) {
    const key = `${evidence.kind} ${evidence.slot}`;
    let tally = tallies.get(key);
    if (tally === undefined) tallies.set(key, (tally = newTally(table, evidence)));
    add(tally, { kind: table.kindOf(evidence.component), cap }, evidence);
  }
  const all = [...tallies.values()];
  const single = all
    .filter(({ kind }) => kind !== 'host')
    .map((tally) => ofOne(tally, { scale, bonus: bonusOf(tally, isNew) }));
  const onHosts = groupByHost(
    table,
    all.filter(({ kind }) => kind === 'host'),
  ).flatMap((services) => ofHost(services, scale));
  return [...single, ...onHosts]
    .filter(({ score }) => score > HOT)
    .sort((a, b) => b.weight - a.weight || a.slots[0] - b.slots[0]);
}

function newTally(table: ComponentTable, { kind, slot }: PartEvidence): Tally {
  const zeros = (): number[] => PART_CAUSES.map(() => 0);
  const service = table.names.serviceOfSlot(slot);
  return { kind, slot, service, scores: zeros(), weights: zeros(), evidence: [] };
}

function add(
  { scores, weights, evidence }: Tally,
  { kind, cap }: { kind: string; cap: number },
  piece: PartEvidence,
): void {
  evidence.push(piece);
  const { logBayes } = piece;
  for (let cause = 0; cause < PART_CAUSES.length; cause++) {
    const hot = (PART_CAUSES[cause].hot as Partial<Record<string, number>>)[kind];
    if (hot === undefined) continue;
    const weight = logMixture(hot, Math.min(MOST_WEIGHT, logBayes));
    // Hardly ever above the cap: then the two are one.
    scores[cause] +=
      logBayes <= cap && cap <= MOST_WEIGHT ? weight : logMixture(hot, Math.min(cap, logBayes));
    weights[cause] += weight;
  }
}

function bonusOf({ kind, slot }: Tally, isNew: (slot: number) => boolean): number {
  if (kind !== 'version') return 0;
  return isNew(slot) ? NEW_VERSION : OLD_VERSION;
}

function ofOne(tally: Tally, { scale, bonus }: { scale: number; bonus: number }): PartHypothesis {
  const cause = largestAt(tally.scores);
  return {
    ...{ kind: tally.kind, slots: [tally.slot], services: [tally.service], cause, scale },
    score: tally.scores[cause],
    weight: tally.weights[cause] + bonus,
    share: shareOf(tally.evidence),
    evidence: loudest(tally.evidence),
  };
}

/** A host is a suspect when two services or more are worse on it than elsewhere; of one, its pod is. */
function ofHost(services: readonly Tally[], scale: number): PartHypothesis[] {
  const totals = PART_CAUSES.map((_, cause) => ({
    score: services.reduce((sum, one) => sum + logMixture(HURT_ON_HOST, one.scores[cause]), 0),
    weight: services.reduce((sum, one) => sum + logMixture(HURT_ON_HOST, one.weights[cause]), 0),
    hurt: services.filter((one) => one.scores[cause] >= HOT),
  }));
  const cause = largestAt(totals.map(({ score, hurt }) => (hurt.length < 2 ? -Infinity : score)));
  const { score, weight, hurt } = totals[cause];
  if (hurt.length < 2) return [];
  const sorted = hurt.toSorted((a, b) => b.scores[cause] - a.scores[cause]);
  const evidence = sorted.flatMap((one) => one.evidence);
  return [
    {
      ...{ kind: 'host', cause, score, weight, scale },
      slots: sorted.map(({ slot }) => slot),
      services: sorted.map(({ service }) => service),
      share: shareOf(evidence),
      evidence: loudest(evidence),
    },
  ];
}

/** Services that name the same node in the same environment are on one host. */
function groupByHost(table: ComponentTable, tallies: readonly Tally[]): Tally[][] {
  const hosts = new Map<string, Tally[]>();
  for (const tally of tallies) {
    const key = hostKey(table, tally.slot);
    const host = hosts.get(key);
    if (host === undefined) hosts.set(key, [tally]);
    else host.push(tally);
  }
  return [...hosts.values()];
}

export function hostKey({ names }: ComponentTable, slot: number): string {
  const { environment } = names.serviceIdentity(names.serviceOfSlot(slot));
  return `${environment}/${names.slotName(slot)}`;
}

/** ln of the Bayes factor up to which a service's pods on a host show that it does not suffer with the others there. */
const SPARED = -2;

/**
 * What else a host that is the suspect explains: services with pods on it, too few of them or without siblings elsewhere
 * to show it by themselves, unless they show that they are spared.
 */
export function alsoOn(table: ComponentTable, part: PartHypothesis, judgement: PlaceJudgement): number[] {
  if (part.kind !== 'host') return [];
  const host = hostKey(table, part.slots[0]);
  return [...judgement.nodes]
    .filter(([service, on]) => {
      const slot = [...on].find((one) => hostKey(table, one) === host);
      if (slot === undefined || part.services.includes(service)) return false;
      return scoreOf(table, judgement.scales[part.scale], { slot, cause: part.cause }) > SPARED;
    })
    .map(([service]) => service);
}

function scoreOf(
  table: ComponentTable,
  evidence: readonly PartEvidence[],
  { slot, cause }: { slot: number; cause: number },
): number {
  const own = evidence.filter((one) => one.kind === 'host' && one.slot === slot);
  if (own.length === 0) return 0;
  const tally = newTally(table, own[0]);
  for (const one of own) add(tally, { kind: table.kindOf(one.component), cap: CAP }, one);
  return tally.scores[cause];
}

/** Of what is above normal in the components that speak, what is the part's own. */
function shareOf(evidence: readonly PartEvidence[]): number {
  let own = 0;
  let others = 0;
  for (const { logBayes, excess, othersExcess } of evidence) {
    if (logBayes < HOT) continue;
    own += excess;
    others += othersExcess;
  }
  return own + others === 0 ? 0 : own / (own + others);
}

function loudest(evidence: readonly PartEvidence[]): PartEvidence[] {
  return evidence.toSorted((a, b) => b.logBayes - a.logBayes || a.component - b.component);
}

function largestAt(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}
