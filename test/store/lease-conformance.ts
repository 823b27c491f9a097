import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/runtime/index.ts';
import type { Lease, Store } from '../../src/store/port.ts';
import { anIncident, opened, OPENED_AT, updated } from '../doubles/incident-story.ts';
import type { StoreFixture } from './conformance.ts';

const TTL_MS = 30_000;

/** What every store has to do for processes that take turns. */
export function leaseConformance(name: string, fresh: () => Promise<StoreFixture>): void {
  describe(`${name} keeps the contract of leases and their fence`, () => {
    let fixture: StoreFixture;
    let clock: ManualClock;
    let first: Store;
    let second: Store;

    beforeEach(async () => {
      fixture = await fresh();
      clock = new ManualClock(OPENED_AT);
      first = await fixture.open(clock);
      second = await fixture.open(clock);
    });
    afterEach(async () => {
      await first.close();
      await second.close();
      await fixture.dispose();
    });
    const held = async (store: Store, holder: string): Promise<Lease> => {
      const outcome = await store.leases.acquire('writer', holder, TTL_MS);
      if (outcome.kind !== 'held') throw new Error(`it is ${outcome.by}'s`);
      return outcome.lease;
    };

    it('gives a lease to one, renews it for that one, and tells the other whose it is', async () => {
      const lease = await held(first, 'a');
      expect(await second.leases.acquire('writer', 'b', TTL_MS)).toEqual({ kind: 'taken', by: 'a' });
      clock.advance(TTL_MS - 1);
      expect(await held(first, 'a')).toEqual(lease);
      clock.advance(TTL_MS - 1);
      expect(await second.leases.acquire('writer', 'b', TTL_MS)).toMatchObject({ kind: 'taken' });
    });

    it('gives it to one of several that ask at once', async () => {
      const outcomes = await Promise.all([
        first.leases.acquire('writer', 'a', TTL_MS),
        second.leases.acquire('writer', 'b', TTL_MS),
      ]);
      expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['held', 'taken']);
    });

    it('gives it to another under a higher token when it was not renewed', async () => {
      const lease = await held(first, 'a');
      expect(await second.leases.acquire('writer', 'b', TTL_MS)).toMatchObject({ kind: 'taken' });
      clock.advance(TTL_MS);
      const next = await held(second, 'b');
      expect(next.token).toBeGreaterThan(lease.token);
      expect(await first.leases.acquire('writer', 'a', TTL_MS)).toEqual({ kind: 'taken', by: 'b' });
    });

    it('gives it at once to a process that its holder started anew, and no more to the one before', async () => {
      const lease = await held(first, 'a');
      await first.fence(lease.token);
      const next = await held(second, 'a');
      expect(next.token).toBeGreaterThan(lease.token);
      await second.fence(next.token);
      expect(await first.leases.acquire('writer', 'a', TTL_MS)).toEqual({ kind: 'taken', by: 'a' });
      expect(await held(second, 'a')).toEqual(next);
      await expect(first.setCursor('x', '1')).rejects.toMatchObject({ code: 'fenced' });
      await first.leases.release(lease);
      expect(await first.leases.acquire('writer', 'b', TTL_MS)).toEqual({ kind: 'taken', by: 'a' });
    });

    it('gives one that is over to one of several that waited for it', async () => {
      const third = await fixture.open(clock);
      await held(first, 'a');
      for (const store of [second, third]) await store.leases.acquire('writer', 'waiting', TTL_MS);
      clock.advance(TTL_MS);
      const outcomes = await Promise.all([
        second.leases.acquire('writer', 'b', TTL_MS),
        third.leases.acquire('writer', 'c', TTL_MS),
      ]);
      await third.close();
      expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['held', 'taken']);
    });

    it('lets it go at once when it is given back, by its holder alone', async () => {
      const lease = await held(first, 'a');
      await second.leases.release({ ...lease, holder: 'b' });
      expect(await second.leases.acquire('writer', 'b', TTL_MS)).toMatchObject({ kind: 'taken' });
      await first.leases.release(lease);
      expect((await held(second, 'b')).token).toBeGreaterThan(lease.token);
    });

    it('keeps leases of different names apart', async () => {
      await held(first, 'a');
      expect(await second.leases.acquire('other', 'b', TTL_MS)).toMatchObject({ kind: 'held' });
    });

    it('takes nothing any more from whoever lost the lease without knowing', async () => {
      const lease = await held(first, 'a');
      await first.fence(lease.token);
      const incident = anIncident();
      await first.appendEvent(incident, opened(incident), []);
      await second.leases.acquire('writer', 'b', TTL_MS);
      clock.advance(TTL_MS);
      const next = await held(second, 'b');
      await second.fence(next.token);
      const then = { ...incident, revision: 2 };
      await expect(first.appendEvent(then, updated(then, 2), [])).rejects.toMatchObject({ code: 'fenced' });
      await expect(first.setCursor('x', '1')).rejects.toMatchObject({ code: 'fenced' });
      await expect(first.fence(lease.token)).rejects.toMatchObject({ code: 'fenced' });
      expect(await second.appendEvent(then, updated(then, 2), [])).toEqual({ kind: 'appended' });
      expect(await second.events(incident.id)).toHaveLength(2);
      expect(await second.cursor('x')).toBeUndefined();
    });

    it('takes nothing from a handle that has no token, once one has', async () => {
      await second.fence((await held(second, 'b')).token);
      await expect(first.setCursor('x', '1')).rejects.toMatchObject({ code: 'fenced' });
    });
  });
}
