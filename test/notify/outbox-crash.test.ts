import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createChannel, createOutbox } from '../../src/notify/index.ts';
import { openSqliteStore, type Store } from '../../src/store/index.ts';
import { recordingChannel } from '../doubles/channels.ts';
import { aMessage, anIncident, opened, resolved } from '../doubles/incident-story.ts';
import { startSlack } from '../doubles/slack.ts';
import { startWebhookReceiver } from '../doubles/webhook-receiver.ts';
import { untilHolds } from '../setup/until-holds.ts';
import { recordingRuntime } from './recording-runtime.ts';

async function appendOpening(store: Store, id: string, channel: string): Promise<void> {
  const incident = anIncident({ id });
  const message = aMessage({ incidentId: id });
  await store.appendEvent(incident, opened(incident), [{ channel, message }]);
}

describe('a process that dies between sending and noting it', () => {
  let path: string;
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spanwatch-outbox-'));
    path = join(folder, 'spanwatch.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('sends again after the restart, and a receiver that knows the id takes it once', async () => {
    const runtime = recordingRuntime();
    const receiver = await startWebhookReceiver({ nowMs: () => runtime.clock.now() });
    const config = { type: 'webhook', name: 'hook', url: receiver.url, secrets: [], locale: 'en' } as const;
    const channel = createChannel(config, runtime);

    const before = openSqliteStore({ path }, runtime);
    const incident = anIncident();
    await before.appendEvent(incident, opened(incident), [{ channel: 'hook', message: aMessage() }]);
    const next = await before.outbox.nextDelivery('hook', runtime.clock.now());
    if (next.kind !== 'due') throw new Error('nothing is due');
    await before.outbox.markSending(next.delivery.id);
    await channel.deliver(next.delivery.message);
    await before.close();

    const after = openSqliteStore({ path }, runtime);
    const outbox = createOutbox({ channels: [channel], store: after }, runtime);
    await outbox.start();
    await outbox.settled();
    expect(receiver.requests).toHaveLength(2);
    expect(receiver.accepted).toHaveLength(1);
    expect(
      await runtime.metric('spanwatch_notifications_total', {
        channel: 'hook',
        outcome: 'possible_duplicate',
      }),
    ).toBe(1);
    await outbox.shutdown();
    await after.close();
    await receiver.close();
  });

  it('waits before it asks a receiver that may not show yet what it took', async () => {
    const runtime = recordingRuntime();
    const before = openSqliteStore({ path }, runtime);
    const incident = anIncident();
    await before.appendEvent(incident, opened(incident), [{ channel: 'tickets', message: aMessage() }]);
    await before.outbox.markSending(`${aMessage().id}/tickets`);
    await before.close();

    const after = openSqliteStore({ path }, runtime);
    const tickets = recordingChannel('tickets', { afterKillMs: 30_000 });
    const outbox = createOutbox({ channels: [tickets], store: after }, runtime);
    await outbox.start();
    runtime.clock.advance(29_000);
    await outbox.settled();
    expect(tickets.tried).toEqual([]);
    runtime.clock.advance(1_000);
    await outbox.settled();
    expect(tickets.sent).toEqual([aMessage().id]);
    await outbox.shutdown();
    await after.close();
  });

  it('sends after the restart what it had only written, and nothing that it had sent', async () => {
    const runtime = recordingRuntime();
    const first = recordingChannel('slack');
    const before = openSqliteStore({ path }, runtime);
    const dying = createOutbox({ channels: [first], store: before }, runtime);
    await dying.start();
    const incident = anIncident();
    await before.appendEvent(incident, opened(incident), [{ channel: 'slack', message: aMessage() }]);
    dying.wake();
    await dying.settled();
    const over = { ...incident, revision: 2, state: 'resolved' as const };
    await before.appendEvent(over, resolved(over, 2, over.openedAt + 1), [
      { channel: 'slack', message: aMessage({ sequence: 2, event: 'resolved' }) },
    ]);

    const second = recordingChannel('slack');
    const after = openSqliteStore({ path }, runtime);
    const outbox = createOutbox({ channels: [second], store: after }, runtime);
    await outbox.start();
    await outbox.settled();
    expect(first.sent).toEqual([aMessage().id]);
    expect(second.sent).toEqual([aMessage({ sequence: 2 }).id]);
    await outbox.shutdown();
    await after.close();
    await before.close();
  });

  it('keeps to the pace over the kill: what was just sent is not forgotten', async () => {
    const runtime = recordingRuntime();
    const pace = { perMinute: 50, burst: 1 };
    const before = openSqliteStore({ path }, runtime);
    for (const id of ['a', 'b']) await appendOpening(before, id, 'chat');
    const hanging = recordingChannel('chat', { pace });
    hanging.will('hang');
    await createOutbox({ channels: [hanging], store: before }, runtime).start();
    // Handed over, and then killed.
    await untilHolds(() => expect(hanging.tried).toHaveLength(1));
    const after = openSqliteStore({ path }, runtime);
    const chat = recordingChannel('chat', { pace });
    const outbox = createOutbox({ channels: [chat], store: after }, runtime);
    await outbox.start();
    await outbox.settled();
    expect(chat.tried).toEqual([]);
    runtime.clock.advance(1_199);
    await outbox.settled();
    expect(chat.tried).toEqual([]);
    runtime.clock.advance(1);
    await outbox.settled();
    expect(chat.tried).toHaveLength(1);
    await outbox.shutdown();
    await after.close();
    await before.close();
  });

  it('leaves a receiver alone for as long as it asked the process before, but no longer than an hour', async () => {
    const runtime = recordingRuntime();
    const before = openSqliteStore({ path }, runtime);
    await appendOpening(before, 'a', 'chat');
    const limited = recordingChannel('chat');
    limited.will({ kind: 'retry', afterMs: 90_000, reason: 'HTTP 429' });
    const dying = createOutbox({ channels: [limited], store: before }, runtime);
    await dying.start();
    await dying.settled();
    await before.close();

    const after = openSqliteStore({ path }, runtime);
    const chat = recordingChannel('chat');
    const outbox = createOutbox({ channels: [chat], store: after }, runtime);
    // Another incident's, due at once.
    await appendOpening(after, 'b', 'chat');
    await outbox.start();
    runtime.clock.advance(89_999);
    await outbox.settled();
    expect(chat.tried).toEqual([]);
    runtime.clock.advance(1);
    await outbox.settled();
    expect(chat.sent).toHaveLength(2);
    await outbox.shutdown();

    const years = { fullAt: runtime.clock.now() + 1e12, pausedUntil: runtime.clock.now() + 1e12 };
    await appendOpening(after, 'c', 'chat');
    await after.outbox.postpone('c-1/chat', 0, 'a clock that was ahead', years);
    const later = createOutbox({ channels: [chat], store: after }, runtime);
    await later.start();
    runtime.clock.advance(3_600_000);
    await later.settled();
    expect(chat.sent).toHaveLength(3);
    await later.shutdown();
    await after.close();
  });

  it('reaches Slack with all rules kept while Slack limits the rate', async () => {
    const runtime = recordingRuntime();
    const slack = await startSlack({ nowMs: () => runtime.clock.now(), maxPerSecond: 1 });
    const config = { type: 'slack-webhook', name: 'chat', url: slack.url, locale: 'en' } as const;
    const store = openSqliteStore({ path }, runtime);
    const outbox = createOutbox({ channels: [createChannel(config, runtime)], store }, runtime);
    await outbox.start();
    for (let i = 0; i < 5; i++) {
      const incident = anIncident({ id: `i${i}` });
      const message = aMessage({ incidentId: incident.id });
      await store.appendEvent(incident, opened(incident), [{ channel: 'chat', message }]);
    }
    for (let i = 0; i < 10; i++) {
      outbox.wake();
      await outbox.settled();
      runtime.clock.advance(1000);
      await outbox.settled();
    }
    expect(slack.accepted).toHaveLength(5);
    expect(slack.violations).toEqual([]);
    await outbox.shutdown();
    await store.close();
    await slack.close();
  });
});
