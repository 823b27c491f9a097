import type { Incident, IncidentEvent, Severity } from '../../../src/domain/incident.ts';
import type { Message } from '../../../src/domain/message.ts';
import type { NewDelivery, Store } from '../../../src/store/index.ts';

/** One each ten seconds: a thousand in less than three hours. */
export const OPENS_EACH_S = 10;
export const START_MS = Date.UTC(2026, 2, 7, 3, 0, 0);

interface News {
  readonly afterS: number;
  readonly event: 'opened' | 'escalated' | 'resolved' | 'reopened';
}

const CALM: readonly News[] = [
  { afterS: 0, event: 'opened' },
  { afterS: 300, event: 'resolved' },
];
const WORSE: readonly News[] = [
  { afterS: 0, event: 'opened' },
  { afterS: 120, event: 'escalated' },
  { afterS: 300, event: 'resolved' },
];
const FLAPPING: readonly News[] = [
  ...WORSE,
  { afterS: 420, event: 'reopened' },
  { afterS: 540, event: 'resolved' },
  { afterS: 660, event: 'reopened' },
  { afterS: 780, event: 'resolved' },
];
const LIVES = [CALM, FLAPPING, WORSE] as const;
/** From the last opening to its last news. */
export const LIFE_S = 780;
const SEVERITIES: readonly Severity[] = ['P2', 'P1', 'P2', 'P0', 'P2', 'P2', 'P1', 'P2', 'P2', 'P2'];

export function lifeOf(number: number): readonly News[] {
  return LIVES[number % LIVES.length];
}

export function idOf(number: number): string {
  return `i${String(number).padStart(5, '0')}`;
}

/** Writes what `second` brings, to all channels; what was written before a kill is found there, and not written twice. */
export async function writeStorm(
  store: Store,
  second: number,
  { incidents, channels }: { readonly incidents: number; readonly channels: readonly string[] },
): Promise<void> {
  const first = Math.max(0, Math.ceil((second - LIFE_S) / OPENS_EACH_S));
  const last = Math.min(incidents - 1, Math.floor(second / OPENS_EACH_S));
  for (let number = first; number <= last; number++) {
    const since = second - number * OPENS_EACH_S;
    for (const [index, { afterS, event }] of lifeOf(number).entries()) {
      if (afterS !== since) continue;
      const message = messageOf(number, index + 1, { event, atMs: START_MS + second * 1000 });
      await append(
        store,
        message,
        channels.map((channel) => ({ channel, message })),
      );
    }
  }
}

/** What a body names: incidents and their news, once each. */
export function newsIn(body: string): readonly { readonly incident: string; readonly sequence: number }[] {
  const found = new Map<string, { incident: string; sequence: number }>();
  for (const [text, incident = '', sequence] of body.matchAll(/incident (i\d{5}) news (\d)/g)) {
    found.set(text, { incident, sequence: Number(sequence) });
  }
  return [...found.values()];
}

function messageOf(
  number: number,
  sequence: number,
  { event, atMs }: { readonly event: News['event']; readonly atMs: number },
): Message {
  const incidentId = idOf(number);
  const severity = SEVERITIES[number % SEVERITIES.length];
  return {
    ...{ id: `${incidentId}-${sequence}`, incidentId, sequence, event, severity, locale: 'en' },
    createdAt: atMs,
    title: `${severity} incident ${incidentId} news ${sequence}`,
    summary: 'payment is slow: 4.4x since 03:12 UTC.',
    facts: [{ label: 'Hit', value: '34% of entry traffic' }],
    ...{ suspects: [], evidence: [], traces: [], logs: [], nextSteps: [], links: [] },
    ticket: { fingerprint: `service ${incidentId}` },
  };
}

async function append(store: Store, message: Message, deliveries: readonly NewDelivery[]): Promise<void> {
  const { incidentId, sequence, createdAt: at } = message;
  // The outbox reads the message alone; the store wants an incident at the event's revision.
  const incident = {
    id: incidentId,
    fingerprint: incidentId,
    state: 'open',
    revision: sequence,
    openedAt: 0,
  };
  const event: IncidentEvent = { incidentId, sequence, at, type: 'noted', by: 'x', text: 'x' };
  await store.appendEvent(incident as unknown as Incident, event, deliveries);
}
