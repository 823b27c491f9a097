import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Announcer } from '../../src/app/announcer.ts';
import { createSilences, type Silences } from '../../src/app/silences.ts';
import type { Incident, IncidentEvent } from '../../src/domain/incident.ts';
import { createRandom, ManualClock, silentLogger } from '../../src/runtime/index.ts';
import { openSqliteStore, type Store } from '../../src/store/index.ts';
import { anIncident, escalated, OPENED_AT, opened, resolved } from '../doubles/incident-story.ts';

const MINUTE = 60_000;

describe('a silence over an incident', () => {
  let clock: ManualClock;
  let store: Store;
  let silences: Silences;
  let announcer: Announcer;
  let wakes: number;

  const start = async (): Promise<void> => {
    silences = createSilences(
      store.silences,
      { clock, random: createRandom(1), logger: silentLogger() },
      () => announcer.silenceEnded(),
    );
    announcer = new Announcer({
      store,
      outbox: { wake: () => wakes++ },
      policy: { channels: [{ name: 'chat' }] },
      locales: new Map(),
      links: {},
      logger: silentLogger(),
      clock,
      silenced: (incident) => silences.reasonFor(incident),
      onFailure: () => expect.unreachable(),
    });
    await silences.start();
    announcer.adopt(await store.openIncidents());
    await announcer.adoptHeld(await store.openIncidents());
  };
  beforeEach(async () => {
    clock = new ManualClock(OPENED_AT);
    store = openSqliteStore({ path: ':memory:' }, { clock });
    wakes = 0;
    await start();
  });
  afterEach(async () => {
    await silences.shutdown();
    await store.close();
  });

  const first = anIncident();
  const say = async (incident: Incident, event: IncidentEvent): Promise<void> => {
    announcer.announce(incident, event);
    await announcer.written();
  };
  const open = () => say(first, opened(first));
  const escalate = () => say({ ...first, revision: 2 }, escalated(first, 2, 'P2'));
  const resolve = (sequence: number) =>
    say({ ...first, revision: sequence, state: 'resolved' }, resolved(first, sequence, OPENED_AT + 1));
  const silence = (minutes: number, value = 'payment') =>
    silences.add({
      matchers: [{ name: 'service', operator: '=', value }],
      endsAt: clock.now() + minutes * MINUTE,
      by: 'ann',
      comment: 'a release',
    });
  const states = async (): Promise<Record<string, string>> => {
    const { deliveries } = await store.outboxAdmin.list({ limit: 50 });
    return Object.fromEntries(deliveries.map((one) => [one.message.event, one.state]));
  };
  const pass = async (minutes: number): Promise<void> => {
    clock.advance(minutes * MINUTE);
    await announcer.written();
  };

  it('holds its messages back, with the reason, while it lives on', async () => {
    await silence(10);
    await open();
    await escalate();
    expect(await states()).toEqual({ opened: 'silenced', escalated: 'silenced' });
    const [newest] = (await store.outboxAdmin.list({ limit: 1 })).deliveries;
    expect(newest.reason).toMatch(/^silence s\w+ by ann$/);
    expect((await store.incident(first.id))?.revision).toBe(2);
    expect((await store.outbox.status()).pending).toBe(0);
  });

  it('lets others through', async () => {
    await silence(10, 'shipping');
    await open();
    expect(await states()).toEqual({ opened: 'pending' });
  });

  it('ends, and people are told what is the matter now', async () => {
    await silence(10);
    await open();
    await escalate();
    await pass(9);
    expect(await states()).toEqual({ opened: 'silenced', escalated: 'silenced' });
    wakes = 0;
    await pass(1);
    expect(await states()).toEqual({ opened: 'silenced', escalated: 'pending' });
    expect(wakes).toBe(1);
  });

  it('is ended by a person, with the same effect', async () => {
    const added = await silence(10);
    await open();
    if (added.kind !== 'done') throw new Error('it was refused');
    expect(await silences.expire(added.silence.id, 'bob')).toMatchObject({
      kind: 'done',
      silence: { expiredBy: 'bob' },
    });
    await announcer.written();
    expect(await states()).toEqual({ opened: 'pending' });
    expect(await silences.expire(added.silence.id, 'bob')).toMatchObject({ kind: 'refused' });
    expect(await silences.expire('nobody', 'bob')).toEqual({ kind: 'missing' });
    expect(await silences.list('expired')).toHaveLength(1);
  });

  it('waits for another one that holds it as well', async () => {
    await silence(10);
    await silence(20);
    await open();
    await pass(15);
    expect(await states()).toEqual({ opened: 'silenced' });
    await pass(5);
    expect(await states()).toEqual({ opened: 'pending' });
  });

  it('tells nobody of the end of what nobody was told of', async () => {
    await silence(10);
    await open();
    await resolve(2);
    expect(await states()).toEqual({ opened: 'silenced', resolved: 'silenced' });
    await pass(11);
    expect(await states()).toEqual({ opened: 'silenced', resolved: 'silenced' });
  });

  it('tells the end to whoever was told of the beginning', async () => {
    await open();
    await silence(10);
    await escalate();
    await resolve(3);
    expect(await states()).toEqual({ opened: 'pending', escalated: 'silenced', resolved: 'pending' });
  });

  it('survives a restart, and so does what it holds back', async () => {
    await silence(10);
    await open();
    await silences.shutdown();
    await start();
    await announcer.written();
    await escalate();
    expect(await states()).toEqual({ opened: 'silenced', escalated: 'silenced' });
    await silences.shutdown();
    clock.advance(30 * MINUTE);
    await start();
    await announcer.written();
    expect(await states()).toEqual({ opened: 'silenced', escalated: 'pending' });
  });

  it('that held an opening back is remembered over a restart when the end comes', async () => {
    await silence(10);
    await open();
    await silences.shutdown();
    await start();
    await resolve(2);
    expect(await states()).toEqual({ opened: 'silenced', resolved: 'silenced' });
  });

  it('is refused with the field that is wrong', async () => {
    expect(await silence(-1)).toMatchObject({ kind: 'refused', field: 'endsAt' });
    expect(await silences.list()).toEqual([]);
  });
});
