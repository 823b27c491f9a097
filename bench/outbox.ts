import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Incident } from '../src/domain/incident.ts';
import type { Message } from '../src/domain/message.ts';
import { type Channel, createOutbox } from '../src/notify/index.ts';
import { createMetrics, createRandom, createWallClock, silentLogger } from '../src/runtime/index.ts';
import { openSqliteStore } from '../src/store/index.ts';

/**
 * `node bench/outbox.ts [pending...]`: messages a second that the outbox hands to a channel that takes them at once, by
 * how many wait. The store is a file and every mark is durable; what is measured must not fall with the backlog.
 */
const backlogs = process.argv.slice(2).map(Number);
for (const pending of backlogs.length > 0 ? backlogs : [100, 2000, 20_000]) await measure(pending);

async function measure(pending: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'spanwatch-outbox-'));
  const runtime = {
    clock: createWallClock(),
    logger: silentLogger(),
    metrics: createMetrics(),
    random: createRandom(1),
  };
  const store = openSqliteStore({ path: join(folder, 'spanwatch.db') }, runtime);
  const perIncident = Math.min(pending, 100);
  for (let n = 0; n < pending / perIncident; n++) {
    const id = `i${n}`;
    for (let sequence = 1; sequence <= perIncident / 10; sequence++) {
      const messages = Array.from({ length: 10 }, (_, k) => message(`${id}-${k}`, sequence));
      const causes = messages.map((one) => ({ channel: 'sink', message: one }));
      const incident = {
        id,
        fingerprint: id,
        state: 'open',
        revision: sequence,
        openedAt: n,
      } as unknown as Incident;
      const event = { incidentId: id, sequence, at: n, type: 'noted', by: '', text: '' } as const;
      await store.appendEvent(incident, event, causes);
    }
  }
  let sent = 0;
  const most = Math.min(pending, 500);
  const enough = Promise.withResolvers<number>();
  const started = performance.now();
  const sink: Channel = {
    name: 'sink',
    forPrograms: true,
    deliver: () => {
      if (++sent === most) enough.resolve(performance.now() - started);
      return Promise.resolve({ kind: 'sent' } as const);
    },
  };
  const outbox = createOutbox({ channels: [sink], store, limits: { drainMs: 0 } }, runtime);
  await outbox.start();
  const ms = await enough.promise;
  process.stdout.write(
    `${pending} pending: ${Math.round((most / ms) * 1000)} messages/s over the first ${most}\n`,
  );
  await outbox.shutdown();
  await store.close();
  rmSync(folder, { recursive: true });
}

function message(incidentId: string, sequence: number): Message {
  return {
    id: `${incidentId}-${sequence}`,
    incidentId,
    sequence,
    event: sequence === 1 ? 'opened' : 'noted',
    severity: 'P1',
    locale: 'en',
    createdAt: 0,
    title: 'P1 payment is slow',
    summary: 'x'.repeat(500),
    facts: [],
    suspects: [],
    evidence: Array.from(
      { length: 8 },
      () => 'own time of payment Charge: 182 ms against 41 ms (4.4x), 320 seen',
    ),
    traces: [],
    logs: [],
    nextSteps: [],
    links: [],
  };
}
