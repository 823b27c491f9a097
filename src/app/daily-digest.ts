import type { Incident, IncidentNews } from '../domain/incident.ts';
import type { Locale, Message } from '../domain/message.ts';
import { composeDailyDigest } from '../messages/index.ts';
import { DIGEST_LANE } from '../notify/index.ts';
import { type Runtime, scheduleCron } from '../runtime/index.ts';
import type { NewDecision, NewDelivery, Store } from '../store/index.ts';
import type { Part } from './supervise.ts';

export interface DailyDigestParts {
  readonly digest: { readonly channels: readonly string[]; readonly cron: string; readonly timezone: string };
  readonly store: Pick<
    Store,
    'changes' | 'lastPosition' | 'cursor' | 'enqueue' | 'setCursor' | 'incident' | 'decisions'
  >;
  readonly compose: (incident: Incident, event: IncidentNews, channel: string) => Message;
  readonly locales: ReadonlyMap<string, Locale>;
  readonly wake: () => void;
}

const KEY = 'daily-digest';
const PAGE = 500;
/** A day with more is a day on which nobody reads them one by one; the pages have all. */
const MOST_INCIDENTS = 1_000;

/**
 * The daily digest: what opened at P3 since the last one, stayed so, and was told to nobody on the channel. It goes by
 * positions of written events, so that nothing is in two digests and nothing in none; not sent when empty.
 */
export function createDailyDigest(parts: DailyDigestParts, runtime: Runtime): Part {
  const { digest, store } = parts;
  let stop = (): void => undefined;
  let running: Promise<void> = Promise.resolve();
  const send = (): void => {
    running = sendDigest(parts, runtime.clock.now()).catch((error: unknown) => {
      runtime.logger.error({ err: error }, 'the daily digest failed; the next one has it all');
    });
  };
  return {
    start: async () => {
      if (digest.channels.length === 0) return;
      // What was before the digest was switched on is not news.
      if ((await store.cursor(KEY)) === undefined)
        await store.setCursor(KEY, String(await store.lastPosition()));
      stop = scheduleCron(runtime.clock, { expression: digest.cron, timezone: digest.timezone }, send);
    },
    shutdown: () => {
      stop();
      return running;
    },
  };
}

async function sendDigest(parts: DailyDigestParts, nowMs: number): Promise<void> {
  const { digest, store, locales } = parts;
  const after = Number((await store.cursor(KEY)) ?? 0);
  const { openings, position } = await slightOpenings(parts, after);
  const deliveries: NewDelivery[] = [];
  const decisions: NewDecision[] = [];
  for (const channel of digest.channels) {
    const untold: { readonly incident: Incident; readonly event: IncidentNews }[] = [];
    for (const opening of openings) {
      const decided = await store.decisions(opening.incident.id);
      if (!decided.some((one) => one.channel === channel && one.outcome !== 'untold')) untold.push(opening);
    }
    if (untold.length === 0) continue;
    const messages = untold.map(({ incident, event }) => parts.compose(incident, event, channel));
    const id = `${KEY}-${position}`;
    deliveries.push({
      channel,
      message: {
        ...composeDailyDigest(messages, nowMs, locales.get(channel) ?? 'en'),
        ...{ id, incidentId: DIGEST_LANE, sequence: 1, event: 'digest' },
      },
    });
    const reason = `P3: in the digest ${id}`;
    for (const { incident } of untold)
      decisions.push({
        ...{ messageId: `${id}-${incident.id}`, incidentId: incident.id, channel },
        ...{ event: 'digest', outcome: 'told', reason },
      });
  }
  await store.enqueue(deliveries, { key: KEY, value: String(position) }, decisions);
  if (deliveries.length > 0) parts.wake();
}

/** Openings at P3 after a position, of incidents that did not get worse: those were told. */
async function slightOpenings(
  { store }: DailyDigestParts,
  after: number,
): Promise<{ readonly openings: { incident: Incident; event: IncidentNews }[]; readonly position: number }> {
  const found = new Map<string, { incident: Incident; event: IncidentNews }>();
  let position = after;
  for (;;) {
    const page = await store.changes({ after: position, limit: PAGE });
    for (const { event } of page) {
      if (event.type !== 'opened' && event.type !== 'reopened') continue;
      if (event.severity !== 'P3' || found.size >= MOST_INCIDENTS) continue;
      const incident = await store.incident(event.incidentId);
      if (incident?.openings.at(-1)?.severity === 'P3') found.set(incident.id, { incident, event });
    }
    position = page.at(-1)?.position ?? position;
    if (page.length < PAGE) return { openings: [...found.values()], position };
  }
}
