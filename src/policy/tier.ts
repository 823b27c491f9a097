import { SEVERITIES, type Severity } from '../domain/incident.ts';
import type { Suspect } from '../domain/suspect.ts';
import { fits } from './owners.ts';
import type { TierRule } from './policy.ts';

/** The severity with the tier of the first suspect's service: raised, then held between the tier's limits. Pure. */
export function tieredSeverity(
  severity: Severity,
  suspect: Pick<Suspect, 'namespace' | 'service'> | undefined,
  tiers: readonly TierRule[],
): Severity {
  if (suspect === undefined) return severity;
  const tier = tiers.find(({ services }) => services.some((pattern) => fits(pattern, suspect)));
  if (tier === undefined) return severity;
  const raised = Math.max(0, rank(severity) - tier.raiseBy);
  const least = tier.atLeast === undefined ? raised : Math.min(raised, rank(tier.atLeast));
  const most = tier.atMost === undefined ? least : Math.max(least, rank(tier.atMost));
  return SEVERITIES[most] ?? severity;
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}
