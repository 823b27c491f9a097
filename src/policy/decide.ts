import { type Incident, type IncidentEvent, SEVERITIES, type Severity } from '../domain/incident.ts';
import type { Suspect } from '../domain/suspect.ts';

export interface PolicyChannel {
  readonly name: string;
  /** The mildest severity that it gets; default P2. */
  readonly minSeverity?: Severity;
  /** It makes tickets: of a P0, and of so many incidents of a service at P1 in a row. */
  readonly ticketsAfter?: number;
  /** How far apart the first and the last of them may begin; default without end. */
  readonly ticketsWithinMs?: number;
}

export interface PolicyConfig {
  readonly channels: readonly PolicyChannel[];
}

export interface Decision {
  readonly channel: string;
  /** For logs and for "why did I get this". */
  readonly reason: string;
}

/** P3 is for the digest. */
export const DEFAULT_MIN_SEVERITY: Severity = 'P2';
/** A second share within a quarter of the first: messages name both, since the order is a guess. */
const CLOSE_RATIO = 0.75;

/**
 * Who is told about an event, and why. Pure. `incident` is the fold with the event in it; `before` the fold without
 * it, which tells whether an update is news (without it, the last opening is what people know).
 */
export function decide(
  incident: Incident,
  event: IncidentEvent,
  config: PolicyConfig,
  before?: Incident,
): readonly Decision[] {
  const news = newsOf(incident, event, before);
  if (news === undefined) return [];
  const severity = severityFor(incident, event);
  return config.channels
    .filter((channel) => isAtLeast(severity, channel.minSeverity ?? DEFAULT_MIN_SEVERITY))
    .map((channel) => ({ channel: channel.name, reason: `${news}, ${severity}` }));
}

/** The reason why an update is worth a message; undefined when people know it all already. */
export function needsUpdate(
  known: { readonly severity: Severity; readonly suspects: readonly Suspect[] },
  now: { readonly severity: Severity; readonly suspects: readonly Suspect[] },
): string | undefined {
  if (rank(now.severity) < rank(known.severity)) return `severity rose from ${known.severity}`;
  const [first] = now.suspects;
  if (first !== undefined && !accused(known.suspects).some((was) => sameSuspect(was, first))) {
    return 'the first suspect changed';
  }
  const listed = known.suspects.slice(0, 2);
  const newcomer = accused(now.suspects).some((is) => !listed.some((was) => sameSuspect(was, is)));
  return newcomer ? 'another suspect is as likely' : undefined;
}

/**
 * Whom a message names in its title. Two that are close may change places, and a listed one may come close, without
 * news: figures of a few windows do that all the time.
 */
function accused([first, second]: readonly Suspect[]): readonly Suspect[] {
  if (first === undefined) return [];
  return second !== undefined && second.share >= first.share * CLOSE_RATIO ? [first, second] : [first];
}

/** Why an event is worth a message; undefined when it is not. */
export function newsOf(incident: Incident, event: IncidentEvent, before?: Incident): string | undefined {
  switch (event.type) {
    case 'opened':
    case 'reopened':
    case 'escalated':
    case 'resolved':
    case 'acknowledged':
      return event.type;
    case 'updated': {
      // A person has resolved it while it goes on: they know.
      if (incident.state === 'resolved') return undefined;
      const known = before && { severity: before.severity, suspects: before.finalSuspects };
      const reason = needsUpdate(known ?? incident.openings.at(-1) ?? incident, event);
      return reason === undefined ? undefined : `updated: ${reason}`;
    }
    // A note stays with the incident: whoever wrote it has told whom they wanted to. What feedback changes is told by
    // what learns from it.
    case 'noted':
    case 'feedback':
      return undefined;
  }
}

/** News of an end go to whoever may have heard of the beginning: by the worst severity of the last opening. */
export function severityFor(incident: Incident, event: IncidentEvent): Severity {
  const current = 'severity' in event ? event.severity : incident.severity;
  const opening = incident.openings.at(-1)?.severity ?? current;
  return rank(opening) < rank(current) ? opening : current;
}

export function isAtLeast(severity: Severity, least: Severity): boolean {
  return rank(severity) <= rank(least);
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

function sameSuspect(a: Suspect, b: Suspect): boolean {
  // Which of its callers shows a shared peer best, and how many do, changes from window to window. That it is shared is news.
  if (a.callers !== undefined) return a.peer === b.peer;
  if (b.callers !== undefined) return false;
  return (
    a.kind === b.kind &&
    a.environment === b.environment &&
    a.namespace === b.namespace &&
    a.service === b.service &&
    a.peer === b.peer &&
    a.instance === b.instance &&
    a.version === b.version &&
    a.node === b.node
  );
}
