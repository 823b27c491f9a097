import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Announcer } from '../../src/app/announcer.ts';
import { LogContext } from '../../src/app/log-context.ts';
import { LogTelling } from '../../src/app/log-telling.ts';
import type { Incident, IncidentEvent } from '../../src/domain/incident.ts';
import type { TraceLogs } from '../../src/logs/port.ts';
import { createMetrics, createRandom, ManualClock, silentLogger } from '../../src/runtime/index.ts';
import { openSqliteStore, type Store } from '../../src/store/index.ts';
import { anIncident, EXEMPLARS, OPENED_AT, opened, resolved, updated } from '../doubles/incident-story.ts';

const SLOW = EXEMPLARS[0].traceId;
const LINE = { atMs: OPENED_AT, text: 'no route to host', level: 'error', service: 'payment' };
const found: readonly TraceLogs[] = [
  { traceId: SLOW, role: 'slow', more: false, lines: [LINE] },
  { traceId: EXEMPLARS[0].typicalTraceId, role: 'typical', more: false, lines: [{ ...LINE, text: 'fine' }] },
];
const none: readonly TraceLogs[] = [{ traceId: SLOW, role: 'slow', more: false, lines: [] }];

/** One process's announcer on the store; `answer` ends the query that has waited longest. */
function living(store: Store, clock: ManualClock) {
  const asked: ((traces: readonly TraceLogs[]) => void)[] = [];
  const runtime = { clock, logger: silentLogger(), metrics: createMetrics(), random: createRandom(1) };
  const context = new LogContext(
    {
      ...{ store, waitMs: 500, startOf: () => undefined },
      gather: () => new Promise((resolve) => asked.push(resolve)),
    },
    runtime,
  );
  const edits = new Set(['slack']);
  const logs = new LogTelling(context, { most: 5, edits, toldOnce: new Set(['pager']) });
  const announcer = new Announcer({
    ...{ store, logs, clock, links: {}, outbox: { wake: () => undefined } },
    policy: { channels: [{ name: 'slack' }, { name: 'mail' }, { name: 'pager' }] },
    locales: new Map([['mail', 'zh']]),
    logger: silentLogger(),
    onFailure: () => undefined,
  });
  const answer = async (traces: readonly TraceLogs[]): Promise<void> => {
    await turns();
    asked.shift()?.(traces);
    await turns();
  };
  return { announcer, asked, answer };
}

/** An event that tells all of the incident. */
const eventOf = (incident: Incident, over: object): IncidentEvent => ({
  ...updated(incident, incident.revision),
  ...over,
});

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
};

describe('log lines of an incident', () => {
  let clock: ManualClock;
  let store: Store;
  let life: ReturnType<typeof living>;
  const incident = anIncident();

  beforeEach(() => {
    clock = new ManualClock(OPENED_AT);
    store = openSqliteStore({ path: ':memory:' }, { clock });
    life = living(store, clock);
  });
  afterEach(async () => {
    await life.announcer.close();
    await store.close();
  });

  const pass = async (ms: number): Promise<void> => {
    await turns();
    clock.advance(ms);
    await turns();
  };
  const told = async (id = incident.id) => {
    const { deliveries } = await store.outboxAdmin.list({ incidentId: id, limit: 50 });
    return deliveries
      .toReversed()
      .map(({ channel, message: { event, logs } }) => `${channel} ${event} ${logs.length}`);
  };

  it('wake the pages of the incident when the store has them, also when they come late', async () => {
    const woken: string[] = [];
    life.announcer.onContext((id) => {
      woken.push(id);
    });
    life.announcer.announce(incident, opened(incident));
    await life.answer(none);
    await pass(500);
    expect(woken).toEqual([]);
    await pass(4_000);
    await life.answer(found);
    expect(woken).toEqual([incident.id]);
    expect((await store.logs.logs(incident.id))?.traces.length).toBe(2);
  });

  it('are in the first message when they come within half a second, and nobody is told again', async () => {
    life.announcer.announce(incident, opened(incident));
    await pass(400);
    expect(await told()).toEqual([]);
    await life.answer(found);
    expect(await told()).toEqual(['slack opened 1', 'mail opened 1', 'pager opened 1']);
    const { deliveries } = await store.outboxAdmin.list({ incidentId: incident.id, limit: 1 });
    expect(deliveries[0].message.logs).toEqual(['03:13:15.000 ERROR payment: no route to host']);
    await pass(60_000);
    await life.answer(found);
    expect((await told()).length).toBe(3);
    expect(await store.logs.logs(incident.id)).toMatchObject({ traces: found });
  });

  it('do not keep the first message longer; they follow by edit, by one message, and not to a pager', async () => {
    life.announcer.announce(incident, opened(incident));
    await pass(499);
    expect(await told()).toEqual([]);
    await pass(1);
    expect(await told()).toEqual(['slack opened 0', 'mail opened 0', 'pager opened 0']);
    await life.answer(found);
    expect((await told()).slice(3)).toEqual(['slack context 1', 'mail context 1']);
    const { deliveries } = await store.outboxAdmin.list({ incidentId: incident.id, limit: 2 });
    const [mail, slack] = deliveries.map(({ message }) => message);
    expect(slack).toMatchObject({ id: `${incident.id}-logs-1`, evidence: expect.any(Array) });
    expect(slack.suspects.length).toBeGreaterThan(0);
    expect(mail).toMatchObject({
      locale: 'zh',
      suspects: [],
      evidence: [],
      title: expect.stringContaining('日志'),
    });
    // What is told later in a message that is edited keeps them.
    const worse = { ...incident, revision: 2, severity: 'P0' as const };
    life.announcer.announce(worse, eventOf(worse, { type: 'escalated', from: 'P1' }));
    await pass(1_000);
    expect((await told()).slice(5)).toEqual(['slack escalated 1', 'mail escalated 0', 'pager escalated 0']);
    const decisions = await store.decisions(incident.id);
    expect(decisions.filter(({ event }) => event === 'context').map(({ channel }) => channel)).toEqual([
      'slack',
      'mail',
    ]);
  });

  it('are looked for again when there are none yet, and for the last time within a minute', async () => {
    life.announcer.announce(incident, opened(incident));
    await life.answer(none);
    await pass(500);
    expect((await told()).length).toBe(3);
    expect(await store.logs.logs(incident.id)).toBeUndefined();
    for (const waitMs of [4_000, 11_000]) {
      await pass(waitMs);
      await life.answer(none);
    }
    await pass(30_000);
    await life.answer(found);
    expect((await told()).slice(3)).toEqual(['slack context 1', 'mail context 1']);
    await pass(600_000);
    expect(life.asked.length).toBe(0);
  });

  it('that nobody wrote are known to be none: no later process looks again', async () => {
    life.announcer.announce(incident, opened(incident));
    for (const waitMs of [500, 4_000, 11_000, 30_000]) {
      await life.answer(none);
      await pass(waitMs);
    }
    await life.answer(none);
    expect(await store.logs.logs(incident.id)).toMatchObject({ traces: none });
    await life.announcer.close();
    life = living(store, clock);
    life.announcer.adopt(await store.openIncidents());
    await life.announcer.adoptHeld(await store.openIncidents());
    await turns();
    expect(life.asked.length).toBe(0);
  });

  it('that an earlier process did not get are asked for by the next one, and told once', async () => {
    life.announcer.announce(incident, opened(incident));
    await pass(500);
    // Killed while it waits for them: nothing of it is called any more.
    const restart = async (): Promise<void> => {
      life = living(store, clock);
      const open = await store.openIncidents();
      life.announcer.adopt(open);
      await life.announcer.adoptHeld(open);
      await life.answer(found);
    };
    await restart();
    expect((await told()).slice(3).toSorted()).toEqual(['mail context 1', 'slack context 1']);
    // Told, and killed before it was kept: the id says that it was told.
    await store.logs.keep(incident.id, { at: 0, opening: -1, traces: [] });
    await restart();
    expect((await told()).length).toBe(5);
  });

  it('that come when it is over are told to nobody; a reopening looks anew', async () => {
    life.announcer.announce(incident, opened(incident));
    await pass(500);
    const over = { ...incident, revision: 2, state: 'resolved' as const, resolvedAt: clock.now() };
    life.announcer.announce(over, resolved(over, 2, clock.now()));
    await life.answer(found);
    expect((await told()).slice(3)).toEqual(['slack resolved 0', 'mail resolved 0', 'pager resolved 0']);
    const openings = [...incident.openings, { ...incident.openings[0], openedAt: clock.now() }];
    const again: Incident = { ...incident, revision: 3, openings };
    life.announcer.announce(again, eventOf(again, { type: 'reopened' }));
    await life.answer(found);
    expect((await told()).slice(6)).toEqual(['slack reopened 1', 'mail reopened 1', 'pager reopened 1']);
  });

  it('of many incidents at once keep none waiting longer than one', async () => {
    const many = Array.from({ length: 300 }, (_, i) => anIncident({ id: `i${i}`, fingerprint: `f${i}` }));
    for (const one of many) life.announcer.announce(one, opened(one));
    await turns();
    expect(life.asked.length).toBe(4);
    clock.advance(500);
    await life.announcer.written();
    expect(await told('i299')).toEqual(['slack opened 0', 'mail opened 0', 'pager opened 0']);
  });

  it('are told again when the store refused them', async () => {
    let refuses = 1;
    const broken: Store = {
      ...store,
      enqueue: (...args) => (refuses-- > 0 ? Promise.reject(new Error('disk full')) : store.enqueue(...args)),
    };
    life = living(broken, clock);
    life.announcer.announce(incident, opened(incident));
    await pass(500);
    await life.answer(found);
    expect((await told()).length).toBe(3);
    await pass(4_000);
    await life.answer(found);
    expect((await told()).slice(3)).toEqual(['slack context 1', 'mail context 1']);
  });

  it('hold up no shutdown', async () => {
    life.announcer.announce(incident, opened(incident));
    await life.announcer.close();
    expect((await told()).length).toBe(3);
  });
});
