import type { Incident } from '../domain/incident.ts';
import type { Policy } from './policy.ts';
import { factsOf, routesFor } from './routing.ts';

/** A message that time causes, not an event. */
export interface Reminder {
  /** The same for the same step of the same opening, so that it is sent once, whoever asks how often. */
  readonly key: string;
  readonly event: 'escalation' | 'repeat';
  readonly channel: string;
  readonly reason: string;
}

/**
 * Who is to be told because nobody acknowledged: each step of the escalation whose time has come, and of the repeats the
 * latest. Pure; the caller leaves out what it has done.
 */
export function remindersFor(
  incident: Incident,
  { routes, owners }: Pick<Policy, 'routes' | 'owners'>,
  { told, nowMs }: { readonly told: ReadonlySet<string>; readonly nowMs: number },
): readonly Reminder[] {
  const opening = incident.openings.at(-1);
  if (incident.state !== 'open' || opening === undefined) return [];
  const sinceMs = nowMs - opening.openedAt;
  const number = incident.openings.length;
  const minutes = (ms: number): number => Math.round(ms / 60_000);
  return routesFor(routes, factsOf(incident, owners, opening.severity)).flatMap((route): Reminder[] => {
    const steps = route.escalate.flatMap(({ afterMs, channels }, step) =>
      sinceMs < afterMs
        ? []
        : channels.map((channel): Reminder => ({
            key: `${incident.id}-e${number}.${step}`,
            event: 'escalation',
            channel,
            reason: `nobody acknowledged within ${minutes(afterMs)} min, ${route.path}.escalate[${step}]`,
          })),
    );
    const round = route.repeatMs === 0 ? 0 : Math.floor(sinceMs / route.repeatMs);
    const repeats = route.channels.flatMap((channel): Reminder[] =>
      round === 0 || !told.has(channel)
        ? []
        : [
            {
              key: `${incident.id}-r${number}.${round}`,
              event: 'repeat',
              channel,
              reason: `still open and not acknowledged after ${minutes(sinceMs)} min, ${route.path}.repeatMs`,
            },
          ],
    );
    return [...steps, ...repeats];
  });
}
