import type { Incident, Severity } from '../domain/incident.ts';
import { DEFAULT_MIN_SEVERITY, isAtLeast, type PolicyChannel } from './decide.ts';
import { type Circumstances, ticketReason } from './judge.ts';
import type { Policy, Route } from './policy.ts';
import { factsOf, routesFor } from './routing.ts';

/** A message that time causes, not an event. */
export interface Reminder {
  /** The same for the same step of the same opening, so that it is sent once, whoever asks how often. */
  readonly key: string;
  readonly event: 'escalation' | 'repeat';
  readonly channel: string;
  /** `untold`: it was this channel's turn, and a rule of its own says no. */
  readonly outcome: 'told' | 'untold';
  readonly reason: string;
}

export interface RemindersSeen {
  readonly told: ReadonlySet<string>;
  readonly nowMs: number;
  readonly channels: readonly PolicyChannel[];
  readonly inARow?: Circumstances['inARow'];
}

/**
 * Who is to be told because nobody acknowledged, or said that it is no anomaly: each step of the escalation whose time has
 * come, where the channel's own rules let it, and of the repeats the latest. Pure; the caller leaves out what it has done.
 */
export function remindersFor(
  incident: Incident,
  { routes, owners }: Pick<Policy, 'routes' | 'owners'>,
  seen: RemindersSeen,
): readonly Reminder[] {
  const { told, nowMs } = seen;
  const opening = incident.openings.at(-1);
  if (incident.state !== 'open' || opening === undefined) return [];
  if (incident.feedback?.some(({ at }) => at >= opening.openedAt) === true) return [];
  const sinceMs = nowMs - opening.openedAt;
  const number = incident.openings.length;
  const severity = isAtLeast(incident.severity, opening.severity) ? incident.severity : opening.severity;
  return routesFor(routes, factsOf(incident, owners, opening.severity)).flatMap((route): Reminder[] => {
    const steps = route.escalate.flatMap(({ afterMs, channels }, step) =>
      sinceMs < afterMs
        ? []
        : channels.map((name): Reminder => {
            const key = `${incident.id}-e${number}.${step}`;
            const why = `nobody acknowledged within ${inWords(afterMs)}, ${route.path}.escalate[${step}]`;
            const refusal = told.has(name) ? undefined : refusalOf(name, severity, seen);
            return refusal === undefined
              ? { key, event: 'escalation', channel: name, outcome: 'told', reason: why }
              : { key, event: 'escalation', channel: name, outcome: 'untold', reason: `${refusal} (${why})` };
          }),
    );
    return [...steps, ...repeatsOf(route, { incident, told, sinceMs })];
  });
}

function repeatsOf(
  { path, channels, repeatMs }: Route,
  {
    incident,
    told,
    sinceMs,
  }: {
    readonly incident: Incident;
    readonly told: ReadonlySet<string>;
    readonly sinceMs: number;
  },
): readonly Reminder[] {
  const round = repeatMs === 0 ? 0 : Math.floor(sinceMs / repeatMs);
  if (round === 0) return [];
  const key = `${incident.id}-r${incident.openings.length}.${round}`;
  const reason = `still open and not acknowledged after ${inWords(sinceMs)}, ${path}.repeatMs`;
  return channels
    .filter((channel) => told.has(channel))
    .map((channel) => ({ key, event: 'repeat', channel, outcome: 'told', reason }));
}

/** A step of an escalation chooses the channel; what the channel is for, it says itself. */
function refusalOf(
  name: string,
  severity: Severity,
  { channels, inARow }: RemindersSeen,
): string | undefined {
  const channel = channels.find((one) => one.name === name);
  if (channel === undefined) return undefined;
  const { minSeverity = DEFAULT_MIN_SEVERITY } = channel;
  return isAtLeast(severity, minSeverity)
    ? ticketReason(channel, severity, inARow)
    : `${severity} is milder than its minSeverity ${minSeverity}`;
}

/** Two minutes and more in whole minutes. */
function inWords(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
