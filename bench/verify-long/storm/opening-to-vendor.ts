import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Announcer } from '../../../src/app/announcer.ts';
import type { Incident, IncidentEvent } from '../../../src/domain/incident.ts';
import { createChannel, createOutbox } from '../../../src/notify/index.ts';
import { createMetrics, createRandom, createWallClock, silentLogger } from '../../../src/runtime/index.ts';
import { startWebhookReceiver } from '../../../src/simulator/vendors/webhook.ts';
import { openSqliteStore } from '../../../src/store/index.ts';

export interface Handed {
  readonly openings: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Ten a second: a bad day. */
const EACH_MS = 100;

/**
 * From the event of an opening to the vendor having taken its message: composed, decided, written durably with its
 * message, picked up by the outbox, posted over real HTTP to a receiver without a rate limit. Without stores of logs,
 * which a first message waits for by half a second at most.
 */
export async function openingToVendor(folder: string, openings: number): Promise<Handed> {
  const clock = createWallClock();
  const runtime = { clock, logger: silentLogger(), metrics: createMetrics(), random: createRandom(1) };
  const store = openSqliteStore({ path: join(folder, 'openings.db') }, runtime);
  const startedAt = new Map<string, number>();
  const took: number[] = [];
  const receiver = await startWebhookReceiver({ nowMs: () => clock.now() });
  const channel = createChannel(
    { type: 'webhook', name: 'hook', locale: 'en', url: receiver.url, secrets: [] },
    runtime,
  );
  const seen = {
    ...channel,
    deliver: async (...args: Parameters<typeof channel.deliver>) => {
      const outcome = await channel.deliver(...args);
      const from = startedAt.get(args[0].incidentId);
      if (outcome.kind === 'sent' && from !== undefined) took.push(performance.now() - from);
      return outcome;
    },
  };
  const outbox = createOutbox({ channels: [seen], store }, runtime);
  await outbox.start();
  const announcer = new Announcer({
    ...{ store, outbox, clock, logger: runtime.logger, locales: new Map(), links: {} },
    policy: { channels: [{ name: 'hook' }] },
    onFailure: () => undefined,
  });
  for (let n = 0; n < openings; n++) {
    const [incident, event] = opening(n, clock.now());
    startedAt.set(incident.id, performance.now());
    announcer.announce(incident, event);
    await pause(EACH_MS);
  }
  await announcer.written();
  await outbox.settled();
  await outbox.shutdown();
  await store.close();
  await receiver.close();
  if (took.length !== openings) throw new Error(`${took.length} of ${openings} openings arrived`);
  took.sort((a, b) => a - b);
  const at = (q: number): number => took[Math.min(took.length - 1, Math.ceil(q * took.length) - 1)];
  return { openings, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: took[took.length - 1] };
}

function opening(n: number, at: number): readonly [Incident, IncidentEvent] {
  const id = `o${String(n).padStart(5, '0')}`;
  const judged = {
    ...{ severity: 'P1' as const, suspects: [], evidence: [], exemplars: [] },
    harm: { share: 0.3, entries: [] },
    firing: [[at - 20_000, at]] as const,
  };
  const incident: Incident = {
    ...{ id, fingerprint: `service ${id}`, state: 'open', revision: 1, openedAt: at, startedAt: at - 20_000 },
    ...{ resolvedAt: null, openings: [], finalSuspects: [], notes: [] },
    ...judged,
  };
  const event: IncidentEvent = {
    ...{
      type: 'opened',
      incidentId: id,
      sequence: 1,
      at,
      fingerprint: `service ${id}`,
      startedAt: at - 20_000,
    },
    ...judged,
  };
  return [incident, event];
}
