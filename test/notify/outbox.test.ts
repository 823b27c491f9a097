import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../src/domain/message.ts';
import { createOutbox, type DeliveryOutcome, type Outbox } from '../../src/notify/index.ts';
import { openSqliteStore } from '../../src/store/index.ts';
import type { Store } from '../../src/store/port.ts';
import { type RecordingChannel, recordingChannel } from '../doubles/channels.ts';
import { aMessage, anIncident, OPENED_AT, opened, updated } from '../doubles/incident-story.ts';
import { type RecordingRuntime, recordingRuntime } from './recording-runtime.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LATER: DeliveryOutcome = { kind: 'retry', reason: 'busy' };

describe('the outbox', () => {
  let runtime: RecordingRuntime;
  let store: Store;
  let slack: RecordingChannel;
  let feishu: RecordingChannel;
  let outbox: Outbox;

  beforeEach(async () => {
    runtime = recordingRuntime();
    store = openSqliteStore({ path: ':memory:' }, runtime);
    slack = recordingChannel('slack');
    feishu = recordingChannel('feishu');
    outbox = createOutbox({ channels: [slack, feishu], store }, runtime);
    await outbox.start();
  });
  afterEach(async () => {
    await outbox.shutdown();
    await store.close();
  });

  const write = (
    incidentId: string,
    sequence: number,
    event: Message['event'] = 'opened',
    channels = ['slack'],
  ) => appendTo(store, { incidentId, sequence, event }, channels);
  const settle = async (): Promise<void> => {
    outbox.wake();
    await outbox.settled();
  };
  const advance = async (byMs: number): Promise<void> => {
    runtime.clock.advance(byMs);
    await outbox.settled();
  };
  const counted = (outcome: string, channel = 'slack') =>
    runtime.metric('spanwatch_notifications_total', { channel, outcome });

  it('delivers what was written, to each channel once', async () => {
    await write('a', 1, 'opened', ['slack', 'feishu']);
    await settle();
    await settle();
    expect(slack.sent).toEqual(['a-1']);
    expect(feishu.sent).toEqual(['a-1']);
    expect(await counted('sent')).toBe(1);
    expect((await store.outbox.status()).pending).toBe(0);
  });

  it('does nothing before it is started', async () => {
    await outbox.shutdown();
    outbox = createOutbox({ channels: [slack, feishu], store }, runtime);
    await write('a', 1);
    await settle();
    expect(slack.tried).toEqual([]);
  });

  it('keeps an incident in order while its first message has to wait, and lets others pass', async () => {
    slack.will(LATER);
    await write('a', 1);
    await write('a', 2, 'resolved');
    await write('b', 1);
    await settle();
    expect(slack.sent).toEqual(['b-1']);
    await advance(1000);
    expect(slack.sent).toEqual(['b-1', 'a-1', 'a-2']);
  });

  it('does not hold one channel back for another', async () => {
    slack.will('hang');
    await write('a', 1, 'opened', ['slack', 'feishu']);
    outbox.wake();
    while (feishu.sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(slack.tried).toHaveLength(1);
    const stopped = outbox.shutdown();
    runtime.clock.advance(10_000);
    await stopped;
  });

  it('backs off by at most the doubled second, and not beyond five minutes', async () => {
    slack.will(...Array.from({ length: 12 }, () => LATER));
    await write('a', 1);
    await settle();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 12; attempt++) {
      const next = await store.outbox.nextDelivery('slack', 0);
      if (next.kind !== 'later') throw new Error('it should wait');
      waits.push(next.atMs - runtime.clock.now());
      await advance(next.atMs - runtime.clock.now());
      expect(slack.tried).toHaveLength(attempt + 1);
    }
    waits.forEach((wait, index) => {
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(Math.min(1000 * 2 ** index, 5 * MINUTE));
    });
    expect(new Set(waits).size).toBeGreaterThan(6);
    expect(await counted('retry')).toBe(12);
    expect(slack.sent).toEqual(['a-1']);
  });

  it('leaves the whole channel alone for as long as its receiver asks, and no other', async () => {
    slack.will({ kind: 'retry', afterMs: 30_000, reason: 'HTTP 429' });
    await write('a', 1);
    await write('b', 1);
    await write('c', 1, 'opened', ['feishu']);
    await settle();
    expect(slack.tried).toHaveLength(1);
    expect(feishu.sent).toEqual(['c-1']);
    await advance(29_999);
    expect(slack.tried).toHaveLength(1);
    await advance(1);
    expect(slack.sent.toSorted()).toEqual(['a-1', 'b-1']);
  });

  it('keeps the pace that a channel asks for', async () => {
    await outbox.shutdown();
    const paced = recordingChannel('slack', { pace: { perMinute: 60, burst: 1 } });
    outbox = createOutbox({ channels: [paced], store }, runtime);
    await outbox.start();
    for (const id of ['a', 'b', 'c']) await write(id, 1);
    await settle();
    expect(paced.sent).toHaveLength(1);
    await advance(999);
    expect(paced.sent).toHaveLength(1);
    await advance(1);
    expect(paced.sent).toHaveLength(2);
    await outbox.shutdown();
    expect(paced.sent).toHaveLength(3);
  });

  it('drops an update when a later message says it all, but no opening and no note', async () => {
    slack.will({ kind: 'retry', afterMs: MINUTE, reason: 'HTTP 503' });
    await write('a', 1, 'opened');
    await write('a', 2, 'updated');
    await write('a', 3, 'acknowledged');
    await write('a', 4, 'updated');
    await write('a', 5, 'updated');
    await settle();
    await advance(MINUTE);
    expect(slack.sent).toEqual(['a-1', 'a-3', 'a-5']);
    expect(await counted('superseded')).toBe(2);
  });

  it('keeps an update that only an acknowledgement follows', async () => {
    slack.will({ kind: 'retry', afterMs: MINUTE, reason: 'HTTP 503' });
    await write('a', 1, 'opened');
    await write('a', 2, 'updated');
    await write('a', 3, 'acknowledged');
    await settle();
    await advance(MINUTE);
    expect(slack.sent).toEqual(['a-1', 'a-2', 'a-3']);
  });

  it('drops an update that is followed by the end', async () => {
    slack.will({ kind: 'retry', afterMs: MINUTE, reason: 'HTTP 503' });
    await write('a', 1, 'opened');
    await write('a', 2, 'updated');
    await write('a', 3, 'resolved');
    await settle();
    await advance(MINUTE);
    expect(slack.sent).toEqual(['a-1', 'a-3']);
  });

  it('lets progress expire after an hour, an opening after a day, and says so', async () => {
    await outbox.shutdown();
    await write('a', 1, 'opened');
    await write('b', 1, 'updated');
    runtime.clock.advance(HOUR + 1);
    outbox = createOutbox({ channels: [slack, feishu], store }, runtime);
    await outbox.start();
    await outbox.settled();
    expect(slack.sent).toEqual(['a-1']);
    await outbox.shutdown();
    await write('c', 1, 'opened');
    runtime.clock.advance(24 * HOUR + 1);
    outbox = createOutbox({ channels: [slack, feishu], store }, runtime);
    await outbox.start();
    await outbox.settled();
    expect(slack.sent).toEqual(['a-1']);
    expect(await counted('expired')).toBe(2);
    const levels = runtime.lines
      .filter((line) => line.includes('c-1/slack'))
      .map((line) => /"level":(\d+)/.exec(line)?.[1]);
    expect(levels).toContain('50');
    expect(await store.outbox.deliveries({ state: 'expired', limit: 5 })).toHaveLength(2);
  });

  it('ends a receiver that never recovers with the expiry, naming the last reason', async () => {
    slack.will(...Array.from({ length: 2000 }, () => LATER));
    await write('a', 1);
    await settle();
    for (let i = 0; i < 500; i++) await advance(5 * MINUTE);
    const [expired] = await store.outbox.deliveries({ state: 'expired', limit: 5 });
    expect(expired.reason).toContain('last: busy');
    expect(await counted('expired')).toBe(1);
  });

  it('keeps what was refused for good as a dead letter, and goes on', async () => {
    slack.will({ kind: 'permanent', reason: 'HTTP 404' });
    await write('a', 1);
    await write('a', 2, 'resolved');
    await settle();
    expect(slack.sent).toEqual(['a-2']);
    const [dead] = await store.outbox.deliveries({ state: 'dead', limit: 5 });
    expect(dead).toMatchObject({ id: 'a-1/slack', reason: 'HTTP 404', attempts: 1 });
    expect(await counted('permanent')).toBe(1);
  });

  it('sends again what a crash left half done, and counts the possible duplicate', async () => {
    await outbox.shutdown();
    await write('a', 1);
    await store.outbox.markSending('a-1/slack');
    outbox = createOutbox({ channels: [slack, feishu], store }, runtime);
    await outbox.start();
    await outbox.settled();
    expect(slack.sent).toEqual(['a-1']);
    expect(await counted('possible_duplicate')).toBe(1);
  });

  it('marks a message before it hands it over, so that a crash in between is seen', async () => {
    slack.will('hang');
    await write('a', 1);
    outbox.wake();
    while (slack.tried.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const [sending] = await store.outbox.deliveries({ state: 'sending', limit: 5 });
    expect(sending).toMatchObject({ id: 'a-1/slack', attempts: 1 });
    const stopped = outbox.shutdown();
    runtime.clock.advance(10_000);
    await stopped;
  });

  it('goes on by another adapter of the same name, when the attempt in flight has ended, in order and at once', async () => {
    const finish: (() => void)[] = [];
    const closed: string[] = [];
    const hanging = {
      ...slack,
      deliver: () =>
        new Promise<DeliveryOutcome>((resolve) =>
          finish.push(() => resolve({ kind: 'retry', reason: 'gone' })),
        ),
      close: () => void closed.push('old'),
    };
    await outbox.replace([hanging, feishu]);
    await write('a', 1);
    await write('a', 2, 'resolved');
    outbox.wake();
    while (finish.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const next = recordingChannel('slack');
    const replaced = outbox.replace([next, feishu]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(next.tried).toEqual([]);
    expect(closed).toEqual([]);
    finish[0]();
    await replaced;
    await settle();
    expect(closed).toEqual(['old']);
    expect(next.sent).toEqual(['a-1', 'a-2']);
  });

  it('ends a hanging attempt of an adapter that is replaced as at a shutdown', async () => {
    slack.will('hang');
    await write('a', 1);
    outbox.wake();
    while (slack.tried.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const next = recordingChannel('slack');
    const replaced = outbox.replace([next]);
    await new Promise((resolve) => setImmediate(resolve));
    runtime.clock.advance(10_000);
    await replaced;
    await settle();
    expect(next.sent).toEqual(['a-1']);
  });

  it('keeps messages of a channel that is gone as dead letters, and does not disturb the others', async () => {
    slack.will(LATER);
    await write('a', 1, 'opened', ['slack', 'feishu']);
    await settle();
    await outbox.replace([feishu]);
    await write('b', 1, 'opened', ['feishu']);
    await settle();
    expect(feishu.sent).toEqual(['a-1', 'b-1']);
    const [dead] = await store.outbox.deliveries({ state: 'dead', limit: 5 });
    expect(dead).toMatchObject({ id: 'a-1/slack', reason: 'the channel is not configured any more' });
  });

  it('hands a channel what it gave back for the incident', async () => {
    slack.will({ kind: 'sent', receipt: { ts: '1' } });
    await write('a', 1);
    await write('a', 2, 'resolved');
    await write('b', 1);
    await settle();
    expect(slack.tried.map((t) => t.receipt)).toEqual([undefined, { ts: '1' }, undefined]);
  });

  it('takes a channel that throws for one that wants another try, and tells nobody what it said', async () => {
    slack.will('throw');
    await write('a', 1);
    await settle();
    await advance(1000);
    expect(slack.sent).toEqual(['a-1']);
    expect(runtime.lines.join('')).not.toContain('a secret text');
  });

  it('files away what is left of a channel that is not configured any more', async () => {
    await outbox.shutdown();
    await write('a', 1, 'opened', ['teams']);
    outbox = createOutbox({ channels: [slack], store }, runtime);
    await outbox.start();
    expect((await store.outbox.status()).pending).toBe(0);
    const [dead] = await store.outbox.deliveries({ state: 'dead', limit: 5 });
    expect(dead.reason).toContain('not configured');
  });

  it('shows how much waits, and how long', async () => {
    slack.will(LATER, { kind: 'retry', afterMs: HOUR, reason: 'HTTP 429' });
    await write('a', 1);
    await settle();
    await advance(1000);
    expect(await runtime.metric('spanwatch_outbox_pending')).toBe(1);
    expect(await runtime.metric('spanwatch_outbox_oldest_seconds')).toBeGreaterThan(0);
    await advance(HOUR + 1000);
    expect(await runtime.metric('spanwatch_outbox_pending')).toBe(0);
    expect(await runtime.metric('spanwatch_outbox_oldest_seconds')).toBe(0);
  });

  it('goes on after its store failed for a while', async () => {
    await outbox.shutdown();
    await write('a', 1);
    const next = store.outbox.nextDelivery.bind(store.outbox);
    let failures = 1;
    const flaky: Store = {
      ...store,
      outbox: {
        ...store.outbox,
        nextDelivery: (channel, now) =>
          failures-- > 0 ? Promise.reject(new Error('database is locked')) : next(channel, now),
      },
    };
    outbox = createOutbox({ channels: [slack], store: flaky }, runtime);
    await outbox.start();
    await outbox.settled();
    expect(slack.sent).toEqual([]);
    expect(await counted('store_error')).toBe(1);
    await advance(5000);
    expect(slack.sent).toEqual(['a-1']);
  });

  describe('at shutdown', () => {
    it('sends what is due, at once', async () => {
      await write('a', 1);
      await write('b', 1);
      await outbox.shutdown();
      expect(slack.sent).toEqual(['a-1', 'b-1']);
    });

    it('leaves what a receiver does not take for the next start', async () => {
      slack.will(LATER);
      await write('a', 1);
      await write('b', 1);
      await outbox.shutdown();
      expect(slack.tried).toHaveLength(1);
      expect((await store.outbox.status()).pending).toBe(2);
    });

    it('waits no longer than it may for a receiver that hangs', async () => {
      slack.will('hang');
      await write('a', 1);
      const done = outbox.shutdown();
      while (slack.tried.length === 0) await new Promise((resolve) => setImmediate(resolve));
      runtime.clock.advance(10_000);
      await done;
      const next = await store.outbox.nextDelivery('slack', runtime.clock.now());
      expect(next).toMatchObject({ kind: 'due', delivery: { state: 'pending', reason: 'aborted' } });
    });
  });
});

describe('whatever receivers do and whenever the process dies', () => {
  const outcome = fc.constantFrom<DeliveryOutcome | 'throw'>(
    { kind: 'sent' },
    { kind: 'retry', reason: 'HTTP 500' },
    { kind: 'retry', afterMs: 5000, reason: 'HTTP 429' },
    'throw',
  );
  const step = fc.oneof(
    fc.record({ write: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ answers: fc.array(outcome, { maxLength: 4 }) }),
    fc.record({ advanceMs: fc.integer({ min: 0, max: 20_000 }) }),
    fc.constant('restart' as const),
  );

  it('every opening and every end is sent, in the order of its incident', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const runtime = recordingRuntime();
        const store = openSqliteStore({ path: ':memory:' }, runtime);
        const slack = recordingChannel('slack');
        const start = async (): Promise<Outbox> => {
          const started = createOutbox({ channels: [slack], store }, runtime);
          await started.start();
          return started;
        };
        let outbox = await start();
        const written: Record<string, number> = { a: 0, b: 0, c: 0 };
        for (const one of steps) {
          if (one === 'restart') {
            await outbox.shutdown();
            outbox = await start();
          } else if ('write' in one) {
            const sequence = ++written[one.write];
            const event = sequence === 1 ? 'opened' : sequence % 2 === 0 ? 'updated' : 'resolved';
            await appendTo(store, { incidentId: one.write, sequence, event }, ['slack']);
            outbox.wake();
          } else if ('answers' in one) {
            slack.will(...one.answers);
          } else {
            runtime.clock.advance(one.advanceMs);
          }
          await outbox.settled();
        }
        for (let i = 0; i < 200; i++) {
          runtime.clock.advance(10_000);
          await outbox.settled();
        }
        for (const [id, count] of Object.entries(written)) {
          const sequences = slack.sent.filter((s) => s.startsWith(`${id}-`)).map((s) => Number(s.slice(2)));
          expect(sequences).toEqual([...new Set(sequences)].toSorted((x, y) => x - y));
          for (let sequence = 1; sequence <= count; sequence += 2) expect(sequences).toContain(sequence);
          if (count > 0) expect(sequences.at(-1)).toBe(count);
        }
        await outbox.shutdown();
        await store.close();
      }),
      { numRuns: 40 },
    );
  });
});

async function appendTo(
  store: Store,
  message: Pick<Message, 'incidentId' | 'sequence' | 'event'>,
  channels: readonly string[],
): Promise<void> {
  const incident = anIncident({ id: message.incidentId, revision: message.sequence, openedAt: OPENED_AT });
  const event = message.sequence === 1 ? opened(incident) : updated(incident, message.sequence);
  const deliveries = channels.map((channel) => ({ channel, message: aMessage(message) }));
  const outcome = await store.appendEvent(incident, event, deliveries);
  if (outcome.kind !== 'appended') throw new Error(outcome.kind);
}
