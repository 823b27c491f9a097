import type { Suspect } from '../../src/domain/suspect.ts';
import { type FaultTruth, isBlamed } from '../../src/simulator/index.ts';
import type { ScenarioRun } from './judge.ts';

export interface TruthScore {
  readonly truth: FaultTruth;
  /** First suspect of the opening that stands for it; undefined when nothing opened. */
  readonly suspect?: Suspect;
  readonly right: boolean;
  readonly detectedAfterSeconds?: number;
}

export interface RunScore {
  readonly truths: readonly TruthScore[];
  /** Incidents that opened while something was wrong, at any severity. */
  readonly incidents: number;
  /** Openings at P0 to P2 with nothing wrong, each with its first suspect. */
  readonly falseAlarms: readonly Suspect[];
  /** Time in which every opening is a false alarm. */
  readonly quietHours: number;
}

interface Opening {
  readonly incident: string;
  readonly atMs: number;
  readonly counted: boolean;
  readonly suspect: Suspect;
}

/** A verdict on the fault's last windows still is one. */
const GRACE_MS = 30_000;
const HOUR_MS = 3_600_000;

/**
 * A run against its truths. An opening at any severity within a fault (and 30 s) finds it; with several faults each needs
 * an incident of its own, and the right ones are handed out first. What opens before the first fault at P0 to P2, or at
 * any time when nothing is wrong, is a false alarm. The time after a fault counts neither way.
 */
export function scoreRun(run: ScenarioRun): RunScore {
  const openings = openingsOf(run);
  const from = Math.min(...run.truths.map(({ fromMs }) => fromMs));
  const until = Math.max(...run.truths.map(({ toMs }) => toMs)) + GRACE_MS;
  const during = openings.filter(({ atMs }) => atMs >= from && atMs < until);
  return {
    truths: match(run, during),
    incidents: new Set(during.map(({ incident }) => incident)).size,
    falseAlarms: openings.filter(({ atMs, counted }) => counted && atMs < from).map(({ suspect }) => suspect),
    quietHours: (Math.min(from, run.toMs) - run.fromMs) / HOUR_MS,
  };
}

function openingsOf({ incidents }: ScenarioRun): Opening[] {
  return incidents
    .flatMap(({ id, openings }) =>
      openings.map(({ openedAt, severity, suspects }) => ({
        incident: id,
        atMs: openedAt,
        counted: severity !== 'P3',
        suspect: suspects[0],
      })),
    )
    .sort((a, b) => a.atMs - b.atMs);
}

function match({ scenario, truths }: ScenarioRun, openings: readonly Opening[]): TruthScore[] {
  const taken = new Set<string>();
  const take = (wanted: (opening: Opening) => boolean): Opening | undefined => {
    const found = openings.find((opening) => !taken.has(opening.incident) && wanted(opening));
    if (found !== undefined) taken.add(found.incident);
    return found;
  };
  // One fault is judged by what woke people first; several by whether each was named.
  const right = truths.map((truth) =>
    truths.length === 1 ? undefined : take(({ suspect }) => isBlamed(truth, suspect, scenario.right)),
  );
  return truths.map((truth, i) => {
    const opening = right[i] ?? take(() => true);
    if (opening === undefined) return { truth, right: false };
    return {
      truth,
      suspect: opening.suspect,
      right: isBlamed(truth, opening.suspect, scenario.right),
      detectedAfterSeconds: (opening.atMs - truth.fromMs) / 1000,
    };
  });
}
