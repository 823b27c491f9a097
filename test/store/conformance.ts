import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/runtime/index.ts';
import type { NewDelivery, Store } from '../../src/store/port.ts';
import type { KeptTrace } from '../../src/traces/port.ts';
import { aMessage, anIncident, opened, OPENED_AT, resolved, updated } from '../doubles/incident-story.ts';

/** Opens the same store again at each call, as another process would. */
export interface StoreFixture {
  open(clock: ManualClock): Promise<Store>;
  dispose(): Promise<void>;
}

const START = OPENED_AT + 1000;

/** What every store has to do. `fresh` makes an empty one. */
export function storeConformance(name: string, fresh: () => Promise<StoreFixture>): void {
  describe(`${name} keeps the store's contract`, () => {
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

    describe('incidents', () => {
      it('gives back an incident and its events as they were, also after a restart', async () => {
        const first = anIncident();
        const second = { ...first, revision: 2 };
        expect(await store.appendEvent(first, opened(first), [])).toEqual({ kind: 'appended' });
        expect(await store.appendEvent(second, updated(second, 2), [])).toEqual({ kind: 'appended' });
        await reopen();
        expect(await store.incident(first.id)).toEqual(second);
        expect(await store.events(first.id)).toEqual([opened(first), updated(second, 2)]);
      });

      it('gives back events in the order in which they were written, from any position on, also after a restart', async () => {
        expect(await store.lastPosition()).toBe(0);
        const [a, b] = [anIncident({ id: 'z' }), anIncident({ id: 'a' })];
        const then = { ...a, revision: 2 };
        await store.appendEvent(a, opened(a), []);
        await store.appendEvent(b, opened(b), []);
        await store.appendEvent(then, updated(then, 2), []);
        await reopen();
        const all = await store.changes({ after: 0, limit: 10 });
        expect(all.map(({ event }) => event)).toEqual([opened(a), opened(b), updated(then, 2)]);
        const positions = all.map(({ position }) => position);
        expect(positions).toEqual([...new Set(positions)].toSorted((x, y) => x - y));
        expect(await store.lastPosition()).toBe(positions[2]);
        expect(await store.changes({ after: positions[0], limit: 1 })).toEqual([all[1]]);
        expect(await store.changes({ after: positions[2], limit: 10 })).toEqual([]);
      });

      it('knows nothing of an incident that it never saw', async () => {
        expect(await store.incident('nobody')).toBeUndefined();
        expect(await store.events('nobody')).toEqual([]);
      });

      it('keeps texts of any making: quotes, NUL, half a surrogate pair, emoji', async () => {
        const text = `'"; DROP TABLE incident; --\u0000\ud83d\n\u{1f525}`;
        const odd = anIncident({ fingerprint: text });
        await store.appendEvent(odd, opened(odd), []);
        expect((await store.incident(odd.id))?.fingerprint).toBe(text);
      });

      it('lists what is not resolved, oldest first', async () => {
        await put(store, { id: 'b', openedAt: 2 });
        await put(store, { id: 'a', openedAt: 1, state: 'acknowledged' });
        await put(store, { id: 'c', openedAt: 3, state: 'resolved' });
        expect((await store.openIncidents()).map((i) => i.id)).toEqual(['a', 'b']);
      });

      it('pages through incidents from the newest', async () => {
        for (let i = 1; i <= 5; i++) await put(store, { id: `i${i}`, openedAt: i * 100 });
        const page = await store.incidents({ limit: 2 });
        expect(page.map((i) => i.id)).toEqual(['i5', 'i4']);
        const next = await store.incidents({ limit: 2, beforeMs: page[1].openedAt });
        expect(next.map((i) => i.id)).toEqual(['i3', 'i2']);
      });

      it('finds the newest incident about the same thing', async () => {
        await put(store, { id: 'old', openedAt: 1, fingerprint: 'x', state: 'resolved' });
        await put(store, { id: 'new', openedAt: 2, fingerprint: 'x' });
        await put(store, { id: 'other', openedAt: 3, fingerprint: 'y' });
        expect((await store.latestByFingerprint('x'))?.id).toBe('new');
        expect(await store.latestByFingerprint('z')).toBeUndefined();
      });
    });

    describe('concurrent writers', () => {
      it('takes one of two writers that read the same revision, and tells the other', async () => {
        const first = anIncident();
        await store.appendEvent(first, opened(first), []);
        const other = await fixture.open(clock);
        const mine = { ...first, revision: 2 };
        const theirs = { ...first, revision: 2, state: 'acknowledged' as const };
        const outcomes = await Promise.all([
          store.appendEvent(mine, updated(mine, 2), []),
          other.appendEvent(theirs, resolved(theirs, 2, OPENED_AT), delivery('slack', 2)),
        ]);
        await other.close();
        expect(outcomes.map((o) => o.kind).toSorted()).toEqual(['appended', 'conflict']);
        expect(outcomes.find((o) => o.kind === 'conflict')).toEqual({ kind: 'conflict', revision: 2 });
        expect(await store.events(first.id)).toHaveLength(2);
        const won = outcomes[0].kind === 'appended' ? 0 : 1;
        expect((await store.outbox.status()).pending).toBe(won);
      });

      it('says so when the very same event comes again, and sends nothing twice', async () => {
        const first = anIncident();
        await store.appendEvent(first, opened(first), delivery('slack', 1));
        await reopen();
        expect(await store.appendEvent(first, opened(first), delivery('slack', 1))).toEqual({
          kind: 'duplicate',
        });
        expect((await store.outbox.status()).pending).toBe(1);
      });

      it('refuses an event that skips one', async () => {
        const third = anIncident({ revision: 3 });
        expect(await store.appendEvent(third, updated(third, 3), [])).toEqual({
          kind: 'conflict',
          revision: 0,
        });
        expect(await store.incident(third.id)).toBeUndefined();
      });

      it('throws when the incident is not the fold of the event', async () => {
        const first = anIncident({ revision: 7 });
        await expect(store.appendEvent(first, { ...opened(first), sequence: 1 }, [])).rejects.toThrow(/fold/);
      });
    });

    describe('the outbox', () => {
      it('writes nothing of an event when its deliveries cannot be written', async () => {
        const first = anIncident();
        const broken = { channel: 'slack', message: { ...aMessage(), id: 1n } } as unknown as NewDelivery;
        await expect(store.appendEvent(first, opened(first), [broken])).rejects.toThrow();
        expect(await store.incident(first.id)).toBeUndefined();
        expect(await store.events(first.id)).toEqual([]);
        expect((await store.outbox.status()).pending).toBe(0);
      });

      it('offers a delivery at once, whole, and stamps it by the clock', async () => {
        const first = anIncident();
        await store.appendEvent(first, opened(first), delivery('slack', 1));
        await reopen();
        const next = await store.outbox.nextDelivery('slack', START);
        expect(next).toEqual({
          kind: 'due',
          delivery: {
            id: `${aMessage().id}/slack`,
            channel: 'slack',
            incidentId: first.id,
            message: aMessage(),
            state: 'pending',
            attempts: 0,
            enqueuedAt: START,
            nextAttemptAt: START,
          },
        });
        expect(await store.outbox.nextDelivery('feishu', START)).toEqual({ kind: 'none' });
        expect(await store.outbox.status()).toEqual({ pending: 1, oldestEnqueuedAt: START });
      });

      it('holds back a lane behind its first delivery, not the other lanes', async () => {
        const [a, b] = [anIncident({ id: 'a' }), anIncident({ id: 'b' })];
        await store.appendEvent(a, opened(a), delivery('slack', 1, 'a'));
        await store.appendEvent({ ...a, revision: 2 }, updated(a, 2), delivery('slack', 2, 'a'));
        await store.appendEvent(b, opened(b), delivery('slack', 1, 'b'));
        await store.outbox.postpone('a-1/slack', START + 5000, 'slow down');
        expect(await due(store, START)).toBe('b-1/slack');
        await store.outbox.markSending('b-1/slack');
        expect(await store.outbox.nextDelivery('slack', START)).toEqual({
          kind: 'later',
          atMs: START + 5000,
        });
        expect(await due(store, START + 5000)).toBe('a-1/slack');
        await store.outbox.finish('a-1/slack', 'sent');
        expect(await due(store, START)).toBe('a-2/slack');
        expect((await store.outbox.lane('slack', 'a')).map((d) => d.id)).toEqual(['a-2/slack']);
      });

      it('finds what was being sent when a process died', async () => {
        const first = anIncident();
        await store.appendEvent(first, opened(first), delivery('slack', 1));
        await store.outbox.markSending(`${aMessage().id}/slack`);
        expect(await store.outbox.nextDelivery('slack', START)).toEqual({ kind: 'none' });
        await reopen();
        expect(await store.outbox.deliveries({ state: 'sending', limit: 5 })).toHaveLength(1);
        expect(await store.outbox.recoverSending()).toBe(1);
        const next = await store.outbox.nextDelivery('slack', START);
        expect(next.kind === 'due' && next.delivery.attempts).toBe(1);
        expect(await store.outbox.recoverSending()).toBe(0);
      });

      it('keeps the last receipt of an incident and channel', async () => {
        const first = anIncident();
        await store.appendEvent(first, opened(first), delivery('slack', 1));
        expect(await store.outbox.receipt(first.id, 'slack')).toBeUndefined();
        await store.outbox.finish(`${aMessage().id}/slack`, 'sent', { receipt: { ts: '17.4' } });
        await reopen();
        expect(await store.outbox.receipt(first.id, 'slack')).toEqual({ ts: '17.4' });
        expect(await store.outbox.receipt(first.id, 'feishu')).toBeUndefined();
      });

      it('shows dead letters with their reason, newest first', async () => {
        const first = anIncident();
        await store.appendEvent(first, opened(first), [...delivery('slack', 1), ...delivery('feishu', 1)]);
        for (const channel of ['slack', 'feishu']) {
          await store.outbox.finish(`${aMessage().id}/${channel}`, 'dead', { reason: `no ${channel}` });
        }
        const dead = await store.outbox.deliveries({ state: 'dead', limit: 10 });
        expect(dead.map((d) => [d.channel, d.reason])).toEqual([
          ['feishu', 'no feishu'],
          ['slack', 'no slack'],
        ]);
        expect(await store.outbox.deliveries({ limit: 1 })).toHaveLength(1);
      });
    });

    it('takes messages about no incident together with a cursor, each message once, also after a restart', async () => {
      const message = { ...aMessage(), id: 'blind:source:otlp:1-1', incidentId: 'blind:source:otlp:1' };
      await store.enqueue([{ channel: 'chat', message }], { key: 'blind', value: 'a' });
      await reopen();
      await store.enqueue([{ channel: 'chat', message }], { key: 'blind', value: 'b' });
      const next = await store.outbox.nextDelivery('chat', clock.now());
      expect(next).toMatchObject({ kind: 'due', delivery: { incidentId: 'blind:source:otlp:1', message } });
      expect(await store.outbox.deliveries({ limit: 10 })).toHaveLength(1);
      expect(await store.cursor('blind')).toBe('b');
    });

    it('keeps cursors, the last value of each', async () => {
      expect(await store.cursor('jaeger')).toBeUndefined();
      await store.setCursor('jaeger', '1');
      await store.setCursor('jaeger', '2');
      await store.setCursor('kafka', 'x');
      await reopen();
      expect(await store.cursor('jaeger')).toBe('2');
      expect(await store.cursor('kafka')).toBe('x');
    });

    describe('retention', () => {
      it('forgets old resolved incidents with all that is theirs, and counts it', async () => {
        const old = anIncident({ id: 'old' });
        await store.appendEvent(old, opened(old), delivery('slack', 1, 'old'));
        await store.outbox.finish('old-1/slack', 'sent', { receipt: { ts: '1' } });
        await store.traces.keep('old', [aTrace(1)]);
        await store.logs.keep('old', { at: START, opening: START, traces: [] });
        const end = { ...old, revision: 2, state: 'resolved' as const };
        clock.advance(10);
        await store.appendEvent(end, resolved(old, 2, OPENED_AT + 20), []);
        expect(await store.prune(START)).toEqual({
          incidents: 0,
          events: 0,
          deliveries: 0,
          receipts: 0,
          traces: 0,
        });
        expect(await store.prune(START + 11)).toEqual({
          incidents: 1,
          events: 2,
          deliveries: 1,
          receipts: 1,
          traces: 1,
        });
        expect(await store.traces.trace(aTrace(1).traceId)).toBeUndefined();
        expect(await store.logs.logs('old')).toBeUndefined();
        expect(await store.incident('old')).toBeUndefined();
        expect(await store.events('old')).toEqual([]);
        expect(await store.outbox.receipt('old', 'slack')).toBeUndefined();
      });

      it('counts age by its own clock, so that a capture of last year is not forgotten at once', async () => {
        await put(store, { id: 'ancient', openedAt: 1000, state: 'resolved' });
        expect((await store.prune(START)).incidents).toBe(0);
        expect(await store.incident('ancient')).toBeDefined();
      });

      it('keeps what is open, and what still has something to send, however old', async () => {
        const open = anIncident({ id: 'open' });
        await store.appendEvent(open, opened(open), []);
        const waiting = anIncident({ id: 'waiting', state: 'resolved' });
        await store.appendEvent(waiting, opened(waiting), delivery('slack', 1, 'waiting'));
        const farFuture = START * 2;
        expect(await store.prune(farFuture)).toEqual({
          incidents: 0,
          events: 0,
          deliveries: 0,
          receipts: 0,
          traces: 0,
        });
        expect(await store.incident('waiting')).toBeDefined();
      });
    });

    it('keeps the newest log lines of an incident, as they were, also after a restart', async () => {
      const line = { atMs: 5, text: `'"\u{1f525} \ud83d`, level: 'error', service: 'pay' };
      const logs = (at: number) => ({
        at,
        opening: 1,
        traces: [{ traceId: 'aa', role: 'slow' as const, lines: [line], more: true }],
      });
      await store.logs.keep('i-1', logs(1));
      await store.logs.keep('i-1', logs(2));
      await reopen();
      expect(await store.logs.logs('i-1')).toEqual(logs(2));
      expect(await store.logs.logs('i-2')).toBeUndefined();
    });

    describe('traces of incidents', () => {
      it('come back whole, whatever their spans are named, and a second writing changes nothing', async () => {
        const trace = aTrace(1, `a"b\u0000<\ud83d\ude00`);
        await store.traces.keep('i-1', [trace, aTrace(2)]);
        await store.traces.keep('i-1', [aTrace(1, 'another')]);
        expect(await store.traces.trace(trace.traceId)).toEqual(trace);
        expect(await store.traces.trace(aTrace(3).traceId)).toBeUndefined();
      });

      it('are bounded by incident: the oldest go', async () => {
        for (let n = 0; n < 20; n++) await store.traces.keep('i-1', [aTrace(n)]);
        await store.traces.keep('i-2', [aTrace(50)]);
        const kept = await Promise.all(
          Array.from({ length: 20 }, (_, n) => store.traces.trace(aTrace(n).traceId)),
        );
        expect(kept.map((trace) => trace !== undefined).indexOf(true)).toBe(8);
        expect(await store.traces.trace(aTrace(50).traceId)).toBeDefined();
      });
    });

    it('rejects after it was closed', async () => {
      await store.close();
      await expect(store.openIncidents()).rejects.toMatchObject({ name: 'StoreError' });
      await store.close();
    });
  });
}

function aTrace(n: number, operation = 'Charge'): KeptTrace {
  return {
    traceId: n.toString(16).padStart(32, '0'),
    startMs: START,
    omitted: 0,
    spans: [
      {
        spanId: '00000000000000aa',
        parentId: '',
        service: 'payment',
        operation,
        kind: 'server',
        failed: true,
        peer: 'redis',
        startUs: 0,
        durationUs: 1234.5,
      },
    ],
  };
}

function delivery(channel: string, sequence: number, incidentId = anIncident().id): NewDelivery[] {
  return [{ channel, message: aMessage({ incidentId, sequence }) }];
}

async function put(store: Store, over: Parameters<typeof anIncident>[0]): Promise<void> {
  const incident = anIncident(over);
  await store.appendEvent(incident, opened(incident), []);
}

async function due(store: Store, nowMs: number): Promise<string | undefined> {
  const next = await store.outbox.nextDelivery('slack', nowMs);
  return next.kind === 'due' ? next.delivery.id : undefined;
}
