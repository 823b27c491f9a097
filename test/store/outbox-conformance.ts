import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Silence } from '../../src/domain/silence.ts';
import { ManualClock } from '../../src/runtime/index.ts';
import type { NewDelivery, Store } from '../../src/store/port.ts';
import { aMessage, anIncident, OPENED_AT, opened, updated } from '../doubles/incident-story.ts';
import type { StoreFixture } from './conformance.ts';

const START = OPENED_AT + 1000;

/** What every store has to do for a crowded outbox, for people who look after it, and for silences. */
export function outboxConformance(name: string, fresh: () => Promise<StoreFixture>): void {
  describe(`${name} keeps the contract of the outbox and of silences`, () => {
    let fixture: StoreFixture;
    let clock: ManualClock;
    let store: Store;

    beforeEach(async () => {
      fixture = await fresh();
      clock = new ManualClock(START);
      store = await fixture.open(clock);
    });
    afterEach(async () => {
      await store.close();
      await fixture.dispose();
    });
    const reopen = async (): Promise<void> => {
      await store.close();
      store = await fixture.open(clock);
    };
    const write = async (id: string, sequence: number, over: Partial<NewDelivery> = {}): Promise<void> => {
      const incident = anIncident({ id, revision: sequence });
      const event = sequence === 1 ? opened(incident) : updated(incident, sequence);
      const message = aMessage({ incidentId: id, sequence, event: sequence === 1 ? 'opened' : 'updated' });
      await store.appendEvent(incident, event, [{ channel: 'slack', message, ...over }]);
    };
    const next = async (): Promise<string | undefined> => {
      const found = await store.outbox.nextDelivery('slack', clock.now());
      return found.kind === 'due' ? found.delivery.id : undefined;
    };

    describe('a crowded outbox', () => {
      it('offers what has been due longest, and each lane in its order', async () => {
        await write('a', 1);
        await write('a', 2);
        await write('b', 1);
        await store.outbox.postpone('a-1/slack', START + 10, 'busy');
        clock.advance(20);
        await write('c', 1);
        expect(await next()).toBe('b-1/slack');
        await store.outbox.finish('b-1/slack', 'sent');
        expect(await next()).toBe('a-1/slack');
        await store.outbox.finish('a-1/slack', 'sent');
        expect(await next()).toBe('a-2/slack');
        await store.outbox.finish('a-2/slack', 'sent');
        expect(await next()).toBe('c-1/slack');
      });

      it('ends several at once, with one in their place', async () => {
        for (const id of ['a', 'b', 'c']) await write(id, 1);
        await write('a', 2);
        await store.outbox.markSending('c-1/slack');
        const digest = { channel: 'slack', message: aMessage({ incidentId: 'digest', sequence: 1 }) };
        await store.outbox.finishAll(['a-1/slack', 'b-1/slack', 'c-1/slack'], 'superseded', {
          reason: 'summed up',
          instead: digest,
        });
        await reopen();
        expect((await store.outbox.waiting('slack', 10)).map(({ id }) => id)).toEqual([
          'a-2/slack',
          'digest-1/slack',
        ]);
        // What is being sent cannot be taken back.
        expect(await store.outbox.deliveries({ state: 'sending', limit: 5 })).toHaveLength(1);
        expect(await store.outbox.backlog('slack')).toBe(3);
        expect(await next()).toBe('a-2/slack');
      });

      it('counts what waits by channel, through all that can happen to it', async () => {
        expect(await store.outbox.backlog('slack')).toBe(0);
        for (const id of ['a', 'b', 'c', 'd']) await write(id, 1);
        await write('e', 1, { silenced: 'a silence' });
        await store.outbox.finish('a-1/slack', 'sent');
        await store.outbox.finish('a-1/slack', 'dead');
        await store.outbox.markSending('b-1/slack');
        await store.outbox.recoverSending();
        await store.outboxAdmin.drop('c-1/slack', 'ann');
        expect(await store.outbox.backlog('slack')).toBe(2);
        expect((await store.outbox.status()).pending).toBe(2);
        await store.outboxAdmin.resend('c-1/slack');
        expect(await store.outbox.backlog('slack')).toBe(3);
        expect(await store.outbox.backlog('feishu')).toBe(0);
        expect((await store.outbox.deliveries({ state: 'sent', limit: 5 })).map((d) => d.id)).toEqual([
          'a-1/slack',
        ]);
      });

      it('hastens what was put off, of one channel', async () => {
        await write('a', 1);
        await store.outbox.postpone('a-1/slack', START + 60_000, 'down');
        expect(await next()).toBeUndefined();
        await store.outbox.hasten('slack', START);
        expect(await next()).toBe('a-1/slack');
      });

      it("keeps a channel's pace with the attempt that it is about, and over a reopening", async () => {
        for (const id of ['a', 'b']) await write(id, 1);
        expect(await store.outbox.pace('slack')).toBeUndefined();
        await store.outbox.markSending('a-1/slack', { fullAt: START + 1200, pausedUntil: 0 });
        await reopen();
        expect(await store.outbox.pace('slack')).toEqual({ fullAt: START + 1200, pausedUntil: 0 });
        expect(await store.outbox.pace('feishu')).toBeUndefined();
        const asked = { fullAt: START + 1200, pausedUntil: START + 30_000 };
        await store.outbox.postpone('a-1/slack', START + 30_000, 'HTTP 429', asked);
        expect(await store.outbox.pace('slack')).toEqual(asked);
        await store.outbox.finish('b-1/slack', 'sent', { pace: { ...asked, fullAt: START + 2400 } });
        expect(await store.outbox.pace('slack')).toEqual({ ...asked, fullAt: START + 2400 });
        // It is final: no attempt was made.
        expect(await store.outbox.markSending('b-1/slack', { fullAt: 1, pausedUntil: 1 })).toBe(false);
        expect(await store.outbox.pace('slack')).toEqual({ ...asked, fullAt: START + 2400 });
      });

      it('hands nothing over that is not pending any more', async () => {
        await write('a', 1);
        await store.outboxAdmin.drop('a-1/slack', 'ann');
        expect(await store.outbox.markSending('a-1/slack')).toBe(false);
        await store.outbox.postpone('a-1/slack', START, 'busy');
        expect(await next()).toBeUndefined();
      });
    });

    describe('people who look after it', () => {
      it('page through all, newest first, by state, channel and incident', async () => {
        for (let i = 1; i <= 5; i++) await write(`i${i}`, 1);
        await store.outbox.finish('i2-1/slack', 'dead', { reason: 'HTTP 404' });
        const page = await store.outboxAdmin.list({ limit: 2 });
        expect(page.deliveries.map((d) => d.id)).toEqual(['i5-1/slack', 'i4-1/slack']);
        const rest = await store.outboxAdmin.list({ limit: 3, after: page.next ?? '' });
        expect(rest.deliveries.map((d) => d.id)).toEqual(['i3-1/slack', 'i2-1/slack', 'i1-1/slack']);
        expect(rest.next).toBeUndefined();
        const dead = await store.outboxAdmin.list({ state: 'dead', channel: 'slack', limit: 10 });
        expect(dead.deliveries).toMatchObject([{ id: 'i2-1/slack', reason: 'HTTP 404' }]);
        expect((await store.outboxAdmin.list({ incidentId: 'i3', limit: 10 })).deliveries).toHaveLength(1);
        expect((await store.outboxAdmin.list({ channel: 'feishu', limit: 10 })).deliveries).toEqual([]);
        expect(await store.outboxAdmin.list({ limit: 10, after: 'x; DROP TABLE delivery' })).toEqual({
          deliveries: [],
        });
      });

      it('send again what is dead, as if written now, in the order of its lane', async () => {
        await write('a', 1);
        await store.outbox.finish('a-1/slack', 'dead', { reason: 'HTTP 404' });
        await write('a', 2);
        clock.advance(5000);
        const outcome = await store.outboxAdmin.resend('a-1/slack');
        expect(outcome).toMatchObject({
          kind: 'done',
          delivery: { state: 'pending', enqueuedAt: START + 5000 },
        });
        await store.outbox.hasten('slack', 0);
        await store.outbox.finish('a-1/slack', 'sent');
        expect(await next()).toBe('a-2/slack');
      });

      it('can neither send twice what was sent, nor drop what was', async () => {
        await write('a', 1);
        await store.outbox.finish('a-1/slack', 'sent');
        expect(await store.outboxAdmin.resend('a-1/slack')).toMatchObject({ kind: 'refused' });
        expect(await store.outboxAdmin.drop('a-1/slack', 'ann')).toMatchObject({ kind: 'refused' });
        expect(await store.outboxAdmin.resend('nobody')).toEqual({ kind: 'missing' });
        expect(await store.outboxAdmin.drop('nobody', 'ann')).toEqual({ kind: 'missing' });
      });

      it('drop what waits, and it is kept who did', async () => {
        await write('a', 1);
        await write('a', 2);
        await store.outboxAdmin.drop('a-1/slack', 'ann\u001b[2J');
        expect(await store.outboxAdmin.delivery('a-1/slack')).toMatchObject({
          state: 'dropped',
          reason: expect.stringMatching(/^dropped by ann/) as unknown,
        });
        expect((await store.outboxAdmin.delivery('a-1/slack'))?.reason).not.toContain('\u001b');
        expect(await next()).toBe('a-2/slack');
      });
    });

    describe('silences', () => {
      const silence = (over: Partial<Silence> = {}): Silence => ({
        id: 's1',
        matchers: [{ name: 'service', operator: '=~', value: 'pay.*' }],
        startsAt: START,
        endsAt: START + 1000,
        createdAt: START,
        createdBy: 'ann',
        comment: 'a release',
        ...over,
      });

      it('are kept as they were, and replaced by their id', async () => {
        await store.silences.save(silence());
        await store.silences.save(silence({ id: 's2', createdAt: START + 1 }));
        await store.silences.save(silence({ endsAt: START + 5, expiredBy: 'bob' }));
        await reopen();
        expect(await store.silences.silence('s1')).toEqual(silence({ endsAt: START + 5, expiredBy: 'bob' }));
        expect((await store.silences.silences()).map(({ id }) => id)).toEqual(['s2', 's1']);
        expect(await store.silences.silence('s3')).toBeUndefined();
      });

      it('are forgotten with what else is old', async () => {
        await store.silences.save(silence());
        await store.prune(START + 1000);
        expect(await store.silences.silences()).toHaveLength(1);
        await store.prune(START + 1001);
        expect(await store.silences.silences()).toEqual([]);
      });

      it('hold a message back with the reason, and let the newest go when they end', async () => {
        await write('a', 1, { silenced: 'silence s1 by ann' });
        await write('a', 2, { silenced: 'silence s1 by ann' });
        await write('b', 1, { silenced: 'silence s1 by ann' });
        await write('b', 2);
        expect(await next()).toBe('b-2/slack');
        expect(await store.outboxAdmin.delivery('a-1/slack')).toMatchObject({
          state: 'silenced',
          reason: 'silence s1 by ann',
        });
        clock.advance(100);
        expect(await store.outbox.release('a')).toBe(1);
        expect(await store.outbox.release('a')).toBe(0);
        // A later message went out: people know.
        expect(await store.outbox.release('b')).toBe(0);
        expect(await store.outboxAdmin.delivery('a-2/slack')).toMatchObject({
          state: 'pending',
          enqueuedAt: START + 100,
        });
        expect(await store.outboxAdmin.delivery('a-1/slack')).toMatchObject({ state: 'silenced' });
      });
    });
  });
}
