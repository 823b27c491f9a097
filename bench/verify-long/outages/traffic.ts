import type { Incident, IncidentEvent, Severity } from '../../../src/domain/incident.ts';
import type { Message } from '../../../src/domain/message.ts';
import type { Store } from '../../../src/store/index.ts';

/** An incident opens each 30 s, is updated, rises and ends: eight messages a minute, far more than a bad day. */
const OPENS_EACH_S = 30;
const LIFE = [
  { afterS: 0, event: 'opened' },
  { afterS: 60, event: 'updated' },
  { afterS: 120, event: 'escalated' },
  { afterS: 300, event: 'resolved' },
] as const;
/** One in five is at P0 or P1. */
const SEVERITIES: readonly Severity[] = ['P2', 'P2', 'P1', 'P2', 'P2', 'P2', 'P3', 'P0', 'P2', 'P2'];

/** Writes what second `second` brings, and says how many messages that were. */
export async function writeSecond(store: Store, second: number, nowMs: number): Promise<number> {
  let written = 0;
  for (const [index, { afterS, event }] of LIFE.entries()) {
    const since = second - afterS;
    if (since < 0 || since % OPENS_EACH_S !== 0) continue;
    const message = messageOf(since / OPENS_EACH_S, index + 1, event, nowMs);
    await append(store, message);
    written++;
  }
  return written;
}

/** What is named in a body that a receiver took: incidents and their news, in order, without repetition. */
export function namedIn(body: string): readonly { readonly incident: string; readonly sequence: number }[] {
  const found = new Map<string, { incident: string; sequence: number }>();
  for (const [text, incident = '', sequence] of body.matchAll(/incident (i\d{5}) news (\d)/g)) {
    found.set(text, { incident, sequence: Number(sequence) });
  }
  return [...found.values()];
}

function messageOf(number: number, sequence: number, event: Message['event'], nowMs: number): Message {
  const incidentId = `i${String(number).padStart(5, '0')}`;
  const severity = SEVERITIES[number % SEVERITIES.length] ?? 'P2';
  return {
    id: `${incidentId}-${sequence}`,
    incidentId,
    sequence,
    event,
    severity,
    locale: 'en',
    createdAt: nowMs,
    title: `${severity} incident ${incidentId} news ${sequence}`,
    summary: 'payment is slow: 4.4x since 03:12 UTC.',
    facts: [{ label: 'Hit', value: '34% of entry traffic' }],
    suspects: [],
    evidence: [],
    traces: [],
    logs: [],
    nextSteps: [],
    links: [],
  };
}

async function append(store: Store, message: Message): Promise<void> {
  const { incidentId, sequence } = message;
  // The outbox reads the message alone; the store wants an incident at the event's revision.
  const incident = {
    id: incidentId,
    fingerprint: incidentId,
    state: 'open',
    revision: sequence,
    openedAt: 0,
  };
  const event: IncidentEvent = {
    incidentId,
    sequence,
    at: message.createdAt,
    type: 'noted',
    by: 'x',
    text: 'x',
  };
  await store.appendEvent(incident as unknown as Incident, event, [{ channel: 'subject', message }]);
}
