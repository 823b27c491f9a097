import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAnnouncing } from '../../src/app/announcing.ts';
import { parseConfig } from '../../src/config/index.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { createMetrics, createRandom, ManualClock, silentLogger } from '../../src/runtime/index.ts';
import { startJira } from '../../src/simulator/vendors/jira.ts';
import { openSqliteStore, type Store } from '../../src/store/index.ts';
import { anIncident, aSuspect, OPENED_AT, opened, resolved } from '../doubles/incident-story.ts';

const MINUTE = 60_000;

describe('a policy, with a real store and the outbox', () => {
  let clock: ManualClock;
  let store: Store;
  let printed: string[];
  let said: ReturnType<typeof createAnnouncing>;

  const start = async (policy: string, more = ''): Promise<void> => {
    const text = `channels: [{name: chat, type: terminal}, {name: pager, type: terminal}${more}]\npolicy:\n${policy}`;
    const outcome = parseConfig(text, 'f.yaml');
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
    const runtime = { clock, logger: silentLogger(), metrics: createMetrics(), random: createRandom(1) };
    const write = (line: string): void => void printed.push(line.split('\n')[0]);
    said = createAnnouncing(outcome.config, { store, load: { keptShare: 1 } }, runtime, {
      ...{ write, color: false, incidentUrl: () => 'http://x/{incidentId}' },
    });
    await said.outbox.start();
    await said.silences.start();
    said.announcer.adopt(await store.openIncidents());
    await said.announcer.adoptHeld(await store.openIncidents());
    await said.byTime.start();
  };
  const settle = async (): Promise<void> => {
    await said.announcer.written();
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    await said.outbox.settled();
  };
  const pass = async (ms: number): Promise<void> => {
    for (let gone = 0; gone < ms; gone += 5_000) {
      clock.advance(5_000);
      await settle();
    }
  };
  const open = async (over: Partial<Incident> = {}): Promise<Incident> => {
    const incident = anIncident({ openedAt: clock.now(), startedAt: clock.now(), ...over });
    const opening = {
      openedAt: clock.now(),
      resolvedAt: null,
      severity: incident.severity,
      suspects: incident.suspects,
    };
    said.announcer.announce({ ...incident, openings: [opening] }, opened(incident));
    await settle();
    return incident;
  };
  const end = async (incident: Incident): Promise<void> => {
    said.announcer.announce(
      { ...incident, revision: 2, state: 'resolved', resolvedAt: clock.now() },
      resolved(incident, 2, clock.now()),
    );
    await settle();
  };
  const decided = async (id: string) =>
    (await store.decisions(id)).map(
      ({ event, channel, outcome, delivery }) => `${event} ${channel} ${outcome} ${delivery?.state ?? '-'}`,
    );

  beforeEach(() => {
    clock = new ManualClock(OPENED_AT);
    store = openSqliteStore({ path: ':memory:' }, { clock });
    printed = [];
  });
  afterEach(async () => {
    await said.byTime.shutdown();
    await said.outbox.shutdown();
    await said.silences.shutdown();
    await store.close();
  });

  it('escalates once, over a restart too, and tells the end to whom it told', async () => {
    const policy = '  routes: [{channels: [chat], escalate: [{afterMs: 600000, channels: [pager]}]}]';
    await start(policy);
    const incident = await open();
    await pass(10 * MINUTE);
    expect(printed.length).toBe(2);
    await said.byTime.shutdown();
    await start(policy);
    await pass(MINUTE);
    expect(printed.length).toBe(2);
    await end(incident);
    expect(await decided(incident.id)).toEqual([
      'opened chat told sent',
      'opened pager untold -',
      'escalation pager told sent',
      'resolved chat told sent',
      'resolved pager told sent',
    ]);
  });

  it('escalates no further when somebody said that it is no anomaly, of which whoever was told hears', async () => {
    await start('  routes: [{channels: [chat], escalate: [{afterMs: 600000, channels: [pager]}]}]');
    const incident = await open();
    const at = clock.now() + 1;
    said.announcer.announce(
      {
        ...incident,
        revision: 2,
        openings: [{ ...incident, resolvedAt: null }],
        feedback: [{ at, by: 'ann', verdict: 'not-an-anomaly' }],
      },
      { type: 'feedback', incidentId: incident.id, sequence: 2, at, by: 'ann', verdict: 'not-an-anomaly' },
    );
    await settle();
    expect(printed.length).toBe(2);
    expect(
      (await store.outboxAdmin.list({ incidentId: incident.id, limit: 9 })).deliveries[0].message.summary,
    ).toMatch(/^ann says that this is no anomaly/);
    await pass(11 * MINUTE);
    expect(printed.length).toBe(2);
    expect(await decided(incident.id)).toEqual([
      'opened chat told sent',
      'opened pager untold -',
      'feedback chat told sent',
    ]);
  });

  it('escalates to nobody whose own rules say no, and says why', async () => {
    await start(
      '  routes: [{channels: [chat], escalate: [{afterMs: 600000, channels: [phone]}]}]',
      ', {name: phone, type: terminal, minSeverity: P0}',
    );
    const incident = await open();
    await pass(11 * MINUTE);
    expect(printed.length).toBe(1);
    const last = (await store.decisions(incident.id)).at(-1);
    expect(last).toMatchObject({
      ...{ event: 'escalation', channel: 'phone', outcome: 'untold' },
      reason:
        'P1 is milder than its minSeverity P0 (nobody acknowledged within 10 min, policy.routes[0].escalate[0])',
    });
    expect(last).not.toHaveProperty('delivery');
  });

  it('a storm is one message after the first; P0 never waits', async () => {
    await start('  routes: [{channels: [chat], groupWaitMs: 30000}]');
    for (const id of ['a', 'b', 'c', 'd']) await open({ id, fingerprint: id });
    await open({ id: 'worst', severity: 'P0' });
    expect(printed.length).toBe(2);
    await pass(40_000);
    expect(printed.length).toBe(3);
    expect(printed[2]).toContain('3 more incidents opened together');
    expect(await decided('b')).toEqual(['opened chat waits superseded', 'opened pager untold -']);
    await open({ id: 'e' });
    expect(printed.length).toBe(4);
  });

  it('tells of what waited in a group, and is over by then, once', async () => {
    await start('  routes: [{channels: [chat], groupWaitMs: 30000}]');
    await open({ id: 'a', fingerprint: 'a' });
    const waits = await open({ id: 'b', fingerprint: 'b' });
    const taken = { ...waits, revision: 2, state: 'acknowledged' as const, acknowledgedBy: 'ann' };
    said.announcer.announce(taken, {
      ...{ type: 'acknowledged', incidentId: 'b', sequence: 2, at: clock.now(), by: 'ann' },
    });
    said.announcer.announce(
      { ...taken, revision: 3, state: 'resolved', resolvedAt: clock.now() },
      resolved(waits, 3, clock.now()),
    );
    await settle();
    expect(printed.length).toBe(1);
    await pass(MINUTE);
    expect(printed.length).toBe(2);
    expect(printed[1]).toContain('back to normal');
    expect((await decided('b')).filter((line) => line.includes('chat'))).toEqual([
      ...['opened chat waits superseded', 'acknowledged chat told superseded', 'resolved chat told sent'],
    ]);
  });

  it('tells what is still open when what held it back is over', async () => {
    await start(
      '  inhibit: {byCause: true}\n  maintenance: [{name: m, cron: "13 3 * * *", durationMs: 600000, match: [service=db]}]',
    );
    const cause = await open({ id: 'cause', finalSuspects: [aSuspect({ service: 'db' })] });
    clock.advance(1);
    await open({ id: 'effect', finalSuspects: [aSuspect(), aSuspect({ service: 'db' })] });
    expect(printed).toEqual([]);
    await pass(11 * MINUTE);
    expect(await decided('cause')).toEqual(['opened chat held sent', 'opened pager held sent']);
    expect(await decided('effect')).toEqual(['opened chat held silenced', 'opened pager held silenced']);
    await end(cause);
    await pass(10_000);
    expect((await decided('effect')).slice(0, 2)).toEqual([
      'opened chat held sent',
      'opened pager held sent',
    ]);
  });

  it('sums up the day at P3, and says nothing on a day without', async () => {
    await start('  digest: {channels: [chat], cron: "0 9 * * *", timezone: Asia/Shanghai}');
    await open({ id: 'slight', severity: 'P3' });
    await open({ id: 'grave' });
    printed = [];
    clock.advanceTo(Date.UTC(2026, 2, 8, 0, 59));
    await settle();
    expect(printed).toEqual([]);
    clock.advanceTo(Date.UTC(2026, 2, 8, 1, 1));
    await settle();
    expect(printed.length).toBe(1);
    expect(printed[0]).toContain('Daily digest: 1 slight anomaly');
    expect((await store.decisions('slight')).at(-1)).toMatchObject({
      event: 'digest',
      channel: 'chat',
      outcome: 'told',
    });
    clock.advanceTo(Date.UTC(2026, 2, 9, 1, 1));
    await settle();
    expect(printed.length).toBe(1);
  });

  it('the third incident at P1 in a row makes one ticket, assigned to the owner; a flap makes no second one', async () => {
    const authorization = `Basic ${Buffer.from('bot:t').toString('base64')}`;
    const jira = await startJira({
      ...{ nowMs: () => clock.now(), flavour: 'cloud', authorization, project: 'OPS', people: ['ann'] },
    });
    await start(
      '  owners: [{services: [pay*], owner: payments, assignee: ann}]',
      `, {name: jira, type: jira, url: '${jira.url}', email: bot, token: t, project: OPS, resolveTransition: Resolve}`,
    );
    for (const id of ['a', 'b', 'c']) await end(await open({ id }));
    for (let turn = 0; turn < 100 && jira.issues()[0]?.status !== 'Done'; turn++) await settle();
    expect(jira.issues().map(({ key, status }) => `${key} ${status}`)).toEqual(['OPS-1 Done']);
    expect(jira.issues()[0].fields['assignee']).toEqual({ accountId: 'ann' });
    expect((await decided('b')).filter((line) => line.includes('jira'))).toEqual([
      'opened jira untold -',
      'resolved jira untold -',
    ]);
    await open({ id: 'd' });
    for (let turn = 0; turn < 20; turn++) await settle();
    expect(jira.issues().length).toBe(1);
    await jira.close();
  });
});
