import type { Incident } from '../../domain/incident.ts';
import { type FaultTruth, isBlamed } from '../../simulator/index.ts';

/** An incident belongs to a fault that ended less than this long before it opened. */
const AFTER_MS = 60_000;

/** Why a run was not as it should be: each fault one incident, blamed rightly and resolved; and nothing else at P0-P2. */
export function problemsOf(incidents: readonly Incident[], truths: readonly FaultTruth[]): string[] {
  const woken = incidents.filter(({ severity }) => severity !== 'P3');
  const problems = truths.flatMap((truth) => problemsOfFault(woken, truth));
  const others = woken.filter((incident) => !truths.some((truth) => isDuring(incident, truth)));
  return [...problems, ...others.map(({ id }) => `incident ${id} has no fault`)];
}

function problemsOfFault(woken: readonly Incident[], truth: FaultTruth): string[] {
  const name = truth.peer === undefined ? truth.service : `${truth.service} -> ${truth.peer}`;
  const during = woken.filter((incident) => isDuring(incident, truth));
  if (during.length !== 1) return [`${during.length} incidents for the fault in ${name}, not one`];
  const [incident] = during;
  const suspect = incident.suspects[0];
  const problems: string[] = [];
  if (suspect === undefined || !isBlamed(truth, suspect))
    problems.push(`the first suspect of ${incident.id} is ${suspect?.service}, not ${name}`);
  if (incident.openings.length !== 1) problems.push(`incident ${incident.id} opened more than once`);
  if (incident.resolvedAt === null) problems.push(`incident ${incident.id} did not resolve`);
  return problems;
}

function isDuring({ openedAt }: Incident, truth: FaultTruth): boolean {
  return openedAt >= truth.fromMs && openedAt <= truth.toMs + AFTER_MS;
}
