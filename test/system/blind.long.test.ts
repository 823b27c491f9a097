import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type RunningService, startService } from '../../bench/verify/spanwatch-process.ts';
import { BlindWatch } from '../../src/blind/index.ts';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { createWallClock } from '../../src/runtime/index.ts';
import { QUIET } from '../../src/simulator/index.ts';
import { openSqliteStore } from '../../src/store/index.ts';
import { get, shop, until, workplace } from './service.ts';

const place = workplace(['channels: [{ name: console, type: terminal }]']);
const running: RunningService[] = [];
afterAll(async () => {
  for (const service of running) service.signal('SIGKILL');
  await Promise.all(running.map(({ ended }) => ended));
  rmSync(place.folder, { recursive: true, force: true });
});

/** What an earlier process knew: the source spoke every second for a quarter of an hour, and was heard until just now. */
async function leaveRhythm(): Promise<void> {
  const names = new Names();
  const batch = new SpanBatch(names);
  batch.service[batch.push()] = names.service({ environment: '', namespace: '', name: 'cart' });
  const watch = new BlindWatch(names);
  const clock = createWallClock();
  for (let second = 900; second >= 0; second--) watch.arrived('otlp', batch, clock.now() - second * 1000);
  mkdirSync(place.dataDir, { recursive: true });
  const store = openSqliteStore({ path: join(place.dataDir, 'spanwatch.db') }, { clock });
  await store.enqueue([], { key: 'blind', value: JSON.stringify(watch.snapshot()) });
  await store.close();
}

async function start(): Promise<RunningService> {
  const service = await startService(place.config, { clock: 'wall' });
  running.push(service);
  return service;
}

const toldBy = (service: RunningService): number => service.stdout().split('Blind: no spans').length - 1;

async function shows(service: RunningService, spots: number): Promise<boolean> {
  const { text: metrics } = await get(`${service.http}/metrics`);
  const { text: status } = await get(`${service.http}/api/v1/status`);
  const { blind } = JSON.parse(status) as { blind: { kind: string; name: string }[] };
  return metrics.includes(`spanwatch_blind{kind="source"} ${spots}\n`) && blind.length === spots;
}

it('a source that falls silent is told once, shown while it lasts, over a SIGKILL too, and its end is told', async () => {
  await leaveRhythm();
  const first = await start();
  expect(await shows(first, 0)).toBe(true);
  // The least patience with a source is a minute, from the start of this process on.
  await until('the message', () => toldBy(first) === 1, 240);
  expect(first.stdout()).toContain('source otlp');
  await until('gauge and status', () => shows(first, 1));
  first.signal('SIGKILL');
  await first.ended;

  const second = await start();
  // Two looks, five seconds apart.
  await until('gauge and status after the kill', () => shows(second, 1));
  await shop(QUIET, 5).send(second.source, 1);
  await until('the end', () => second.stdout().includes('Seen again: otlp'));
  await until('gauge and status after the end', () => shows(second, 0));
  expect(toldBy(second)).toBe(0);
}, 600_000);
