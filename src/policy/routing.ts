import type { Incident, Severity } from '../domain/incident.ts';
import { textMatches } from '../domain/matcher.ts';
import { ownerOf } from './owners.ts';
import type { InhibitRule, OwnerRule, Policy, PolicyMatcher, PolicyName, Route } from './policy.ts';

/** What matchers see: of the incident's first suspect, but the severity. Absent parts are the empty text. */
export type PolicyFacts = Readonly<Record<PolicyName, string>>;

export function factsOf(
  { finalSuspects: [first], severity }: Pick<Incident, 'finalSuspects' | 'severity'>,
  owners: readonly OwnerRule[],
  worst: Severity = severity,
): PolicyFacts {
  return {
    service: first?.service ?? '',
    environment: first?.environment ?? '',
    namespace: first?.namespace ?? '',
    operation: first?.operation ?? '',
    kind: first?.kind ?? '',
    severity: worst,
    owner: ownerOf(first, owners)?.owner ?? '',
  };
}

export function allMatch(matchers: readonly PolicyMatcher[], facts: PolicyFacts): boolean {
  return matchers.every(({ name, operator, value }) => textMatches(operator, value, facts[name]));
}

/**
 * The routes that tell about an incident: of those beside each other the first that matches, and the ones after it while
 * they say `continue`; one that has routes within asks them first and tells itself when none of them matches
 * (Alertmanager's tree). Pure.
 */
export function routesFor(routes: readonly Route[], facts: PolicyFacts): readonly Route[] {
  const found: Route[] = [];
  for (const route of routes) {
    if (!allMatch(route.match, facts)) continue;
    const inner = routesFor(route.routes, facts);
    found.push(...(inner.length > 0 ? inner : [route]));
    if (!route.continue) break;
  }
  return found;
}

/** Which open incident says it all, in our words; undefined when none does. Pure; `others` are told themselves. */
export function inhibitedBy(
  incident: Incident,
  others: readonly Incident[],
  { inhibit, owners }: Pick<Policy, 'inhibit' | 'owners'>,
): string | undefined {
  const target = factsOf(incident, owners);
  for (const other of others) {
    if (other.id === incident.id || other.state === 'resolved') continue;
    // Two that explain each other must not hold each other back: only the elder holds back the younger.
    if (
      other.openedAt > incident.openedAt ||
      (other.openedAt === incident.openedAt && other.id > incident.id)
    )
      continue;
    const source = factsOf(other, owners);
    if (target.severity < source.severity) continue;
    if (inhibit.byCause && isCause(other, incident))
      return `inhibited: ${other.id} (${source.service}) is its cause`;
    const rule = inhibit.rules.findIndex((one) => applies(one, source, target));
    if (rule >= 0) return `inhibited by ${other.id}, policy.inhibit.rules[${rule}]`;
  }
  return undefined;
}

function applies({ source, target, equal }: InhibitRule, cause: PolicyFacts, effect: PolicyFacts): boolean {
  return (
    allMatch(source, cause) && allMatch(target, effect) && equal.every((name) => cause[name] === effect[name])
  );
}

/** The other's culprit is named by this one's suspects, or this one's service is hurt by the other. */
function isCause(cause: Incident, effect: Incident): boolean {
  const [culprit] = cause.finalSuspects;
  const [first, ...rest] = effect.finalSuspects;
  if (culprit === undefined || first === undefined || culprit.environment !== first.environment) return false;
  if (culprit.service === first.service && culprit.namespace === first.namespace) return false;
  return (
    first.peer === culprit.service ||
    rest.some(({ service, namespace }) => service === culprit.service && namespace === culprit.namespace) ||
    cause.harm.entries.some(({ service }) => service === first.service)
  );
}
