import { rmSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { outboxIsEmpty } from '../../bench/verify/live-run.ts';
import { type RunningService, startService } from '../../bench/verify/spanwatch-process.ts';
import { readStored } from '../../bench/verify/stored.ts';
import { at } from '../../src/simulator/index.ts';
import { startSlack } from '../../src/simulator/vendors/slack.ts';
import { get, metric, shop, until, workplace } from './service.ts';

const cleanups: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(config: string): Promise<RunningService> {
  const service = await startService(config);
  cleanups.push(async () => {
    service.signal('SIGKILL');
    await service.ended;
  });
  return service;
}

/** A chat whose first `silent` requests are never answered, and a service that tells it of a slow payment. */
async function scene(silent: number) {
  const slack = await startSlack({ nowMs: () => Date.now() });
  cleanups.push(() => slack.close());
  slack.disturb(...Array.from({ length: silent }, () => 'silence' as const));
  const { folder, dataDir, config } = workplace([
    // An attempt that is not answered lasts until the kill, however long the shop takes to send.
    `channels: [{ name: chat, type: slack-webhook, url: "${slack.url}", timeoutMs: 120000 }]`,
  ]);
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return { slack, dataDir, config, traffic: shop(at(60).slow('payment', { addMs: 800 }, 200), 40) };
}

async function openedIds({ http }: RunningService): Promise<string[]> {
  const { text } = await get(`${http}/api/v1/incidents`);
  return (JSON.parse(text) as { incidents: { id: string }[] }).incidents.map(({ id }) => id);
}

it('sends after a kill what it had not sent before, and goes on taking spans', async () => {
  // Silent for as long as the first process lives: its only attempt hangs until the kill.
  const { slack, dataDir, config, traffic } = await scene(1);
  const first = await start(config);
  await traffic.send(first.source, 130);
  await until('an attempt', () => slack.requests.length === 1);
  const [incident] = await openedIds(first);
  first.signal('SIGKILL');
  expect(await first.ended).toEqual({ code: null, signal: 'SIGKILL' });
  expect(slack.accepted).toEqual([]);
  const left = await readStored(dataDir, [{ name: 'chat' }]);
  expect(left.deliveries.map(({ state }) => state)).toContain('sending');

  const second = await start(config);
  await outboxIsEmpty(second);
  expect(await openedIds(second)).toContain(incident);
  const [told] = slack.accepted.map((message) => JSON.stringify(message));
  expect(told).toContain(incident);
  expect(await metric(second, 'spanwatch_outbox_pending')).toBe(0);
  const before = await metric(second, 'spanwatch_assembled_spans_total');
  const sent = await traffic.send(second.source, 180);
  expect(await metric(second, 'spanwatch_assembled_spans_total')).toBe(before + sent);
  await outboxIsEmpty(second);
  second.signal('SIGTERM');
  expect(await second.ended).toEqual({ code: 0, signal: null });

  const stored = await readStored(dataDir, [{ name: 'chat' }]);
  expect(stored.deliveries.filter(({ state }) => state !== 'sent' && state !== 'superseded')).toEqual([]);
  expect(stored.decided.size).toBe(stored.deliveries.length);
  expect(slack.violations).toEqual([]);
});

it('keeps one incident over kills, and resolves it', async () => {
  const { slack, dataDir, config, traffic } = await scene(0);
  const first = await start(config);
  await traffic.send(first.source, 130);
  await until('a message', () => slack.accepted.length > 0);
  first.signal('SIGKILL');
  await first.ended;
  const left = await readStored(dataDir, [{ name: 'chat' }]);
  expect(left.incidents).toHaveLength(1);
  expect(left.incidents[0].resolvedAt).toBeNull();

  for (const end of [190, 460]) {
    const next = await start(config);
    await traffic.send(next.source, end);
    await outboxIsEmpty(next);
    next.signal('SIGKILL');
    await next.ended;
  }
  const { incidents, deliveries, decided } = await readStored(dataDir, [{ name: 'chat' }]);
  // Traces that a kill cut in two may look like another trouble; about payment there is one incident.
  const own = incidents.filter(({ suspects }) => suspects[0].service === 'payment');
  expect(own.map(({ id }) => id)).toEqual([left.incidents[0].id]);
  expect(own[0].openings).toHaveLength(1);
  expect(own[0].resolvedAt).not.toBeNull();
  const told = deliveries.filter(({ incidentId }) => incidentId === own[0].id);
  // It may escalate or be updated on the way, by what the windows around a kill show; it begins and ends once.
  const ends = told
    .map(({ message }) => message.event)
    .filter((event) => /^(re)?opened$|^resolved$/.test(event));
  expect(ends.sort()).toEqual(['opened', 'resolved']);
  expect(decided.size).toBe(deliveries.length);
  expect(deliveries.filter(({ state }) => state !== 'sent' && state !== 'superseded')).toEqual([]);
  expect(slack.violations).toEqual([]);
});
