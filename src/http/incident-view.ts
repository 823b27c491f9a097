import type { Static } from '@sinclair/typebox';
import type { Incident, IncidentEvent } from '../domain/incident.ts';
import type { DeliveryRecord } from './port.ts';
import { timeOf, timeOrNull } from './schemas/common.ts';
import type { deliverySchema } from './schemas/delivery.ts';
import type { incidentSchema, timelineEntrySchema } from './schemas/incident.ts';

/** An incident as the API says it: the domain's own, times as RFC 3339 in UTC. Texts may come from spans: data, not markup. */
export function incidentView(incident: Incident): Static<typeof incidentSchema> {
  const { feedback, changes, ...rest } = incident;
  return writable({
    ...rest,
    openedAt: timeOf(incident.openedAt),
    startedAt: timeOf(incident.startedAt),
    resolvedAt: timeOrNull(incident.resolvedAt),
    openings: incident.openings.map((opening) => ({
      ...opening,
      openedAt: timeOf(opening.openedAt),
      resolvedAt: timeOrNull(opening.resolvedAt),
    })),
    firing: incident.firing.map(([from, to]) => [timeOf(from), timeOf(to)]),
    evidence: incident.evidence.map(({ fromMs, toMs, ...evidence }) => ({
      ...evidence,
      from: timeOf(fromMs),
      to: timeOf(toMs),
    })),
    ...(changes && { changes: changes.map(({ atMs, ...change }) => ({ ...change, at: timeOf(atMs) })) }),
    notes: incident.notes.map((note) => ({ ...note, at: timeOf(note.at) })),
    ...(feedback && { feedback: feedback.map((one) => ({ ...one, at: timeOf(one.at) })) }),
  });
}

/** The events that say something new: opened, its changes of severity or first suspect, what people did, its end. */
export function timelineView(events: readonly IncidentEvent[]): Static<typeof timelineEntrySchema>[] {
  const entries: Static<typeof timelineEntrySchema>[] = [];
  let known: string | undefined;
  for (const event of events) {
    const judged = 'suspects' in event ? event : undefined;
    const first = judged?.suspects[0];
    // Which of its callers shows a shared peer best changes from window to window.
    const suspect = first?.callers === undefined ? first?.service : first.peer;
    const now = judged && `${judged.severity} ${suspect ?? ''}`;
    if (event.type === 'updated' && now === known) continue;
    known = now ?? known;
    entries.push({
      sequence: event.sequence,
      at: timeOf(event.at),
      type: event.type,
      ...(judged && { severity: judged.severity }),
      ...(event.type === 'escalated' && { from: event.from }),
      ...(suspect !== undefined && { suspect }),
      ...('by' in event && event.by !== undefined && { by: event.by }),
      ...(event.type === 'noted' && { text: event.text }),
      ...(event.type === 'feedback' && { verdict: event.verdict }),
    });
  }
  return entries;
}

export function deliveryView(delivery: DeliveryRecord): Static<typeof deliverySchema> {
  const { message, enqueuedAt, nextAttemptAt, ...rest } = delivery;
  return {
    ...rest,
    event: message.event,
    title: message.title,
    enqueuedAt: timeOf(enqueuedAt),
    nextAttemptAt: timeOf(nextAttemptAt),
  };
}

type Writable<T> = T extends readonly (infer E)[]
  ? Writable<E>[]
  : T extends object
    ? { -readonly [K in keyof T]: Writable<T[K]> }
    : T;

/** The schemas' types know no `readonly`; nobody writes. */
function writable<T>(value: T): Writable<T> {
  return value as Writable<T>;
}
