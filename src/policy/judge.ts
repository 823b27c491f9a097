import type { Incident, IncidentEvent, Severity } from '../domain/incident.ts';
import {
  DEFAULT_MIN_SEVERITY,
  isAtLeast,
  newsOf,
  type PolicyChannel,
  type PolicyConfig,
  severityFor,
} from './decide.ts';
import type { Policy, Route } from './policy.ts';
import { allMatch, factsOf, inhibitedBy, type PolicyFacts, routesFor } from './routing.ts';

/** `told`: goes out. `waits`: goes out later, with what else comes. `held`: when the reason is over. `untold`: never. */
export type VerdictOutcome = 'told' | 'waits' | 'held' | 'untold';

/** What becomes of an event on a channel, and why. */
export interface Verdict {
  readonly channel: string;
  readonly outcome: VerdictOutcome;
  readonly reason: string;
  /** Epoch ms, of what waits. */
  readonly notBefore?: number;
}

/** What the decision rests on besides the incident and the event. */
export interface Circumstances {
  /** The fold without the event. */
  readonly before: Incident | undefined;
  readonly nowMs: number;
  /** Open ones, this one or not. */
  readonly others: readonly Incident[];
  /** The channels that were told of this opening; undefined when nobody knows (what an older version left). */
  readonly told: ReadonlySet<string> | undefined;
  /** The silence that holds it back. */
  readonly silenced: string | undefined;
  /** Incidents of its service at P1 or worse in a row, this one included, as the channel counts them. */
  readonly inARow?: (channel: PolicyChannel) => number;
  /** Until when openings of a route wait to become one message; undefined: none was told lately. */
  readonly groupedUntil: (route: Route, channel: string) => number | undefined;
}

/**
 * Who is told about an event, who is not, and why: one verdict a channel, none when the event is no news. Pure.
 * `incident` is the fold with the event in it.
 */
export function judge(
  incident: Incident,
  event: IncidentEvent,
  { channels, policy }: PolicyConfig & { readonly policy: Policy },
  seen: Circumstances,
): readonly Verdict[] {
  const news = newsOf(incident, event, seen.before);
  if (news === undefined) return [];
  const severity = severityFor(incident, event);
  const facts = factsOf(incident, policy.owners, severity);
  const routes = routesFor(policy.routes, facts);
  const notRouted = ({ name, minSeverity = DEFAULT_MIN_SEVERITY }: PolicyChannel): string | undefined => {
    if (policy.routes.length > 0 && !routes.some((one) => one.channels.includes(name)))
      return routes.length === 0 ? 'no route matches' : `not in ${routes.map(({ path }) => path).join(', ')}`;
    return isAtLeast(severity, minSeverity)
      ? undefined
      : `${severity} is milder than its minSeverity ${minSeverity}`;
  };
  return channels.map((one): Verdict => {
    const channel = one.name;
    const untold = (reason: string): Verdict => ({ channel, outcome: 'untold', reason });
    const route = routes.find(({ channels: told }) => told.includes(channel));
    const heard = seen.told?.has(channel) === true;
    if (event.type === 'resolved') {
      if (heard) return { channel, outcome: 'told', reason: `${news}: it was told of the opening` };
      if (policy.routes.length > 0 && seen.told !== undefined)
        return untold(`${news}: it was not told of the opening`);
    }
    const astray = heard && event.type === 'acknowledged' ? undefined : notRouted(one);
    if (astray !== undefined) return untold(astray);
    const noTicket = heard ? undefined : ticketReason(one, severity, seen.inARow);
    if (noTicket !== undefined) return untold(noTicket);
    const why = `${news}, ${severity}${route === undefined ? '' : `, ${route.path}`}`;
    const hold =
      event.type === 'resolved' ? undefined : holdReason(incident, { channel, facts, routes }, policy, seen);
    if (hold !== undefined) return { channel, outcome: 'held', reason: hold };
    const notBefore =
      isOpening(event) && severity !== 'P0' && route !== undefined
        ? seen.groupedUntil(route, channel)
        : undefined;
    return notBefore === undefined
      ? { channel, outcome: 'told', reason: why }
      : {
          channel,
          outcome: 'waits',
          reason: `${why}: grouped, since another opening was just told`,
          notBefore,
        };
  });
}

/** Why an incident makes no ticket yet; undefined when it does, or when the channel makes none. */
export function ticketReason(
  channel: PolicyChannel,
  severity: Severity,
  counted: Circumstances['inARow'],
): string | undefined {
  const { ticketsAfter } = channel;
  if (ticketsAfter === undefined || severity === 'P0') return undefined;
  if (severity !== 'P1') return `${severity} makes no ticket`;
  const inARow = counted?.(channel) ?? 0;
  return inARow >= ticketsAfter
    ? undefined
    : `no ticket yet: ${inARow} of ${ticketsAfter} faults of the service at P1 in a row`;
}

/** Why a channel is not told of anything of an incident for now; undefined when it is. Pure. */
export function heldFor(
  incident: Incident,
  channel: string,
  policy: Policy,
  seen: Pick<Circumstances, 'nowMs' | 'others' | 'silenced'>,
): string | undefined {
  const facts = factsOf(incident, policy.owners);
  return holdReason(incident, { channel, facts, routes: routesFor(policy.routes, facts) }, policy, seen);
}

function holdReason(
  incident: Incident,
  {
    channel,
    facts,
    routes,
  }: { readonly channel: string; readonly facts: PolicyFacts; readonly routes: readonly Route[] },
  policy: Policy,
  { nowMs, others, silenced }: Pick<Circumstances, 'nowMs' | 'others' | 'silenced'>,
): string | undefined {
  if (silenced !== undefined) return silenced;
  for (const { window, match } of policy.maintenance) {
    const until = allMatch(match, facts) ? window.until(nowMs) : undefined;
    if (until !== undefined) return `maintenance ${window.name} until ${new Date(until).toISOString()}`;
  }
  const inhibited = inhibitedBy(incident, others, policy);
  if (inhibited !== undefined) return inhibited;
  const telling = routes.filter((one) => one.channels.includes(channel));
  // Another route that tells the channel and is not muted still does.
  const mutes = telling.map(({ mute }) =>
    policy.muteTimes.find((time) => mute.includes(time.name) && time.until(nowMs) !== undefined),
  );
  if (mutes.length === 0 || mutes.includes(undefined)) return undefined;
  const [first] = mutes;
  const until = first?.until(nowMs);
  return `mute time ${first?.name ?? ''} until ${new Date(until ?? nowMs).toISOString()}`;
}

function isOpening({ type }: IncidentEvent): boolean {
  return type === 'opened' || type === 'reopened';
}
