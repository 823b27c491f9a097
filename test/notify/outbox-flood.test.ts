import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../src/domain/message.ts';
import { composeDigest } from '../../src/messages/index.ts';
import { createOutbox, type DeliveryOutcome, type Outbox } from '../../src/notify/index.ts';
import { Pacer } from '../../src/notify/outbox/pacer.ts';
import { openSqliteStore } from '../../src/store/index.ts';
import type { Store } from '../../src/store/port.ts';
import { recordingChannel } from '../doubles/channels.ts';
import { aMessage, anIncident, OPENED_AT, opened, updated } from '../doubles/incident-story.ts';
import { type RecordingRuntime, recordingRuntime } from './recording-runtime.ts';

const DOWN: DeliveryOutcome = { kind: 'retry', reason: 'no connection (ECONNREFUSED)' };
const times = (count: number, outcome: DeliveryOutcome) => Array.from({ length: count }, () => outcome);

describe('the outbox', () => {
  let runtime: RecordingRuntime;
  let store: Store;
  let outbox: Outbox | undefined;

  beforeEach(() => {
    runtime = recordingRuntime();
    store = openSqliteStore({ path: ':memory:' }, runtime);
    outbox = undefined;
  });
  afterEach(async () => {
    await outbox?.shutdown();
    await store.close();
  });

  const start = async (options: Parameters<typeof recordingChannel>[1] = {}) => {
    const channel = recordingChannel('chat', options);
    outbox = createOutbox(
      { channels: [channel], store, composeDigest: (subject) => composeDigest(subject, 'en') },
      runtime,
    );
    await outbox.start();
    return channel;
  };
  const write = async (
    incidentId: string,
    sequence: number,
    event: Message['event'],
    severity: Message['severity'] = 'P2',
  ): Promise<void> => {
    const incident = anIncident({ id: incidentId, revision: sequence });
    const said = sequence === 1 ? opened(incident) : updated(incident, sequence);
    const message = aMessage({ incidentId, sequence, event, severity, title: `${incidentId} ${event}` });
    await store.appendEvent(incident, said, [{ channel: 'chat', message }]);
  };
  const settle = async (): Promise<void> => {
    outbox?.wake();
    await outbox?.settled();
  };
  const pass = async (seconds: number): Promise<void> => {
    for (let s = 0; s < seconds; s++) {
      runtime.clock.advance(1000);
      await outbox?.settled();
    }
  };

  describe('while a channel is down', () => {
    it('asks it with one message now and then, however many wait', async () => {
      const chat = await start();
      chat.will(...times(2000, DOWN));
      for (let i = 0; i < 15; i++) await write(`i${i}`, 1, 'opened', 'P1');
      await settle();
      await pass(3600);
      // Pauses of 1, 2, 4 ... 60 s by halves: some ninety in an hour.
      expect(chat.tried.length).toBeLessThan(140);
      expect(chat.tried.length).toBeGreaterThan(55);
      expect(await runtime.metric('spanwatch_channel_down', { channel: 'chat' })).toBe(1);
    });

    it('sends all, in order, as soon as it is back', async () => {
      const chat = await start();
      chat.will(...times(30, DOWN));
      for (let i = 0; i < 15; i++) {
        await write(`i${i}`, 1, 'opened', 'P1');
        await write(`i${i}`, 2, 'resolved', 'P1');
      }
      await settle();
      while (chat.sent.length === 0) await pass(1);
      await pass(2);
      expect(chat.sent).toHaveLength(30);
      for (let i = 0; i < 15; i++) {
        expect(chat.sent.indexOf(`i${i}-1`)).toBeLessThan(chat.sent.indexOf(`i${i}-2`));
      }
      expect(await runtime.metric('spanwatch_channel_down', { channel: 'chat' })).toBe(0);
    });

    it('does not take one message that always fails for a channel that is down', async () => {
      const chat = await start();
      const deliver = chat.deliver.bind(chat);
      chat.deliver = (message, ...rest) =>
        message.incidentId === 'poison' ? Promise.resolve(DOWN) : deliver(message, ...rest);
      await write('poison', 1, 'opened');
      await settle();
      for (let i = 0; i < 60; i++) {
        await write(`i${i}`, 1, 'opened');
        await settle();
        await pass(5);
        expect(chat.sent).toContain(`i${i}-1`);
      }
    });

    it('obeys a long Retry-After and is not asked in between', async () => {
      const chat = await start();
      chat.will(...times(4, { kind: 'retry', afterMs: 600_000, reason: 'HTTP 429' }));
      for (let i = 0; i < 10; i++) await write(`i${i}`, 1, 'opened');
      await settle();
      await pass(2399);
      expect(chat.tried).toHaveLength(4);
      await pass(1);
      expect(chat.sent).toHaveLength(10);
    });
  });

  describe('when more waits than anybody reads', () => {
    it('sums it up in one message, and leaves nothing out of it', async () => {
      const chat = await start();
      chat.will(...times(10, DOWN));
      for (let i = 0; i < 30; i++) await write(`i${i}`, 1, 'opened');
      await settle();
      while (chat.sent.length === 0) await pass(1);
      await pass(60);
      expect(chat.sent.length).toBeLessThanOrEqual(3);
      const digest = chat.tried.find(({ message }) => message.event === 'digest')?.message;
      expect(digest).toMatchObject({ severity: 'P2', locale: 'en' });
      expect(digest?.title).toMatch(/^(29|30) messages about (29|30) incidents/);
      expect(digest?.summary).toMatch(/and 2[34] more/);
      expect(digest?.facts).toHaveLength(6);
      expect(await store.outbox.backlog('chat')).toBe(0);
    });

    it('loses no opening at P0 and P1, and no end of such an incident', async () => {
      const chat = await start();
      chat.will(...times(5, DOWN));
      for (let i = 0; i < 30; i++) await write(`i${i}`, 1, 'opened');
      for (let i = 0; i < 30; i++) await write(`p${i}`, 1, 'opened', i % 2 === 0 ? 'P0' : 'P1');
      for (let i = 0; i < 30; i++) await write(`p${i}`, 2, 'resolved', 'P1');
      await settle();
      while (chat.sent.length === 0) await pass(1);
      await pass(60);
      for (let i = 0; i < 30; i++) {
        expect(chat.sent.filter((id) => id.startsWith(`p${i}-`))).toEqual([`p${i}-1`, `p${i}-2`]);
      }
      expect(chat.tried.filter(({ message }) => message.event === 'digest')).not.toEqual([]);
      expect(chat.sent.length).toBeLessThan(65);
    });

    it('sums nothing up at the stated number, nor for programs', async () => {
      const chat = await start();
      for (let i = 0; i < 20; i++) await write(`i${i}`, 1, 'opened');
      await settle();
      expect(chat.sent).toHaveLength(20);
      await outbox?.shutdown();
      const program = await start({ forPrograms: true });
      for (let i = 0; i < 50; i++) await write(`j${i}`, 1, 'opened');
      await settle();
      expect(program.sent).toHaveLength(50);
    });

    it('words the digest in Chinese, and calls the worst first', () => {
      const messages = [aMessage({ severity: 'P1', title: '支付变慢' }), aMessage({ severity: 'P2' })];
      const digest = composeDigest({ messages, count: 40, nowMs: OPENED_AT }, 'zh');
      expect(digest.title).toBe('2 个事件的 40 条消息汇总');
      expect(digest.facts[0]).toEqual({ label: 'P1', value: '支付变慢' });
      expect(digest.severity).toBe('P1');
    });
  });

  describe('a channel that edits', () => {
    it('is sent the newest state alone', async () => {
      const chat = await start({ edits: true });
      chat.will({ kind: 'retry', afterMs: 60_000, reason: 'HTTP 503' });
      await write('a', 1, 'opened');
      await write('a', 2, 'escalated');
      await write('a', 3, 'acknowledged');
      await write('a', 4, 'updated');
      await settle();
      await pass(61);
      expect(chat.sent).toEqual(['a-4']);
    });

    it('still calls people for an opening at P0 or P1', async () => {
      const chat = await start({ edits: true });
      chat.will({ kind: 'retry', afterMs: 60_000, reason: 'HTTP 503' });
      await write('a', 1, 'opened', 'P1');
      await write('a', 2, 'updated', 'P1');
      await write('a', 3, 'resolved', 'P1');
      await settle();
      await pass(61);
      expect(chat.sent).toEqual(['a-1', 'a-3']);
    });
  });

  it('keeps to the pace over any minute, also after an outage and at shutdown', async () => {
    const chat = await start({ pace: { perMinute: 20, burst: 5 } });
    const sentAt: number[] = [];
    const deliver = chat.deliver.bind(chat);
    chat.deliver = (...args) => {
      sentAt.push(runtime.clock.now());
      return deliver(...args);
    };
    chat.will(...times(7, DOWN));
    for (let i = 0; i < 100; i++) await write(`p${i}`, 1, 'opened', 'P0');
    await settle();
    await pass(500);
    expect(chat.sent).toHaveLength(100);
    expect(mostInAMinute(sentAt)).toBeLessThanOrEqual(20);
  });
});

describe('a pacer', () => {
  it('lets no minute hold more than it may, whatever is asked when', () => {
    const pace = fc.record({
      perMinute: fc.integer({ min: 1, max: 120 }),
      burst: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(pace, fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 300 }), (limits, gaps) => {
        const pacer = new Pacer(limits);
        const taken: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now = Math.max(now + (gap > 25_000 ? gap : 0), pacer.readyAt());
          pacer.take(now);
          taken.push(now);
        }
        expect(mostInAMinute(taken)).toBeLessThanOrEqual(limits.perMinute);
      }),
    );
  });

  it('lets a burst go at once, and the whole of the minute in it', () => {
    const pacer = new Pacer({ perMinute: 20, burst: 5 });
    let now = 1_000_000;
    const taken: number[] = [];
    for (let i = 0; i < 20; i++) {
      now = Math.max(now, pacer.readyAt());
      pacer.take(now);
      taken.push(now - 1_000_000);
    }
    expect(taken.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(taken[19]).toBeLessThan(60_000);
  });
});

function mostInAMinute(atMs: readonly number[]): number {
  return Math.max(0, ...atMs.map((from) => atMs.filter((at) => at >= from && at < from + 60_000).length));
}
