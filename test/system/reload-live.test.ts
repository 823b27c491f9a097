import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type RunningService, startService } from '../../bench/verify/spanwatch-process.ts';
import { createOtlpSender, QUIET, simulate } from '../../src/simulator/index.ts';
import { startWebhookReceiver } from '../../src/simulator/vendors/webhook.ts';
import { get, metric, until, workplace } from './service.ts';

const START_MS = Date.UTC(2026, 0, 5, 9);

/** A rule that any traffic of the service breaks. */
function ruleOf(service: string): string {
  return `{ name: ${service}-busy, type: threshold, measure: rate, above: 0.01, windowMs: 10000, forMs: 0, severity: P1, by: service, service: ${service} }`;
}

function channel(name: string, url: string, more = ''): string {
  return `{ name: ${name}, type: webhook, url: ${JSON.stringify(url)}${more} }`;
}

/** The events of messages that came, each with the incident's first suspect. */
function told(hook: { readonly accepted: readonly Readonly<Record<string, unknown>>[] }) {
  return hook.accepted.map(({ data }) => data as { event: string; title: string; incidentId: string });
}

async function reloaded(service: RunningService, write: () => void, says: string): Promise<string> {
  const from = service.stderr().length;
  write();
  service.signal('SIGHUP');
  await until(says, () => service.stderr().slice(from).includes(says));
  return service.stderr().slice(from);
}

it('SIGHUP changes rules, channels, routes, links and language of a process that goes on, and what waits goes by the new channel', async () => {
  const [old, next, third] = await Promise.all(
    [1, 2, 3].map(() => startWebhookReceiver({ nowMs: Date.now })),
  );
  const dead = old.url;
  await old.close();
  const { folder, config } = workplace([`channels: [${channel('hook', dead)}]`]);
  const text = readFileSync(config, 'utf8').replace(/^channels:.*$/m, '');
  const service = await startService(config, { clock: 'event' });
  const simulation = simulate({ seed: 3, startMs: START_MS, tracesPerSecond: 20, script: QUIET });
  const batch = simulation.newBatch();
  const sender = createOtlpSender({ url: service.source, encoding: 'protobuf', gzip: false });
  let second = 0;
  const send = async (end: number): Promise<void> => {
    for (; second < end; second++) {
      batch.clear();
      simulation.second(second, batch);
      expect((await sender.send(batch)).kind).toBe('sent');
    }
  };
  try {
    await send(40);
    // A rule: from here on it opens an incident, whose message nobody takes.
    let log = await reloaded(
      service,
      () =>
        writeFileSync(config, `${text}channels: [${channel('hook', dead)}]\nrules: [${ruleOf('payment')}]\n`),
      'was read again',
    );
    expect(log).toMatch(/"applied":\["rules"\]/);
    await send(80);
    await until('the message to wait', async () => (await metric(service, 'spanwatch_outbox_pending')) > 0);

    // A channel that cannot work beside one that can: nothing of it is taken over.
    log = await reloaded(
      service,
      () =>
        writeFileSync(
          config,
          `${text}locale: zh\nchannels: [${channel('hook', next.url)}, ${channel('bad', 'http://me:secret-word@127.0.0.1/')}]\nrules: [${ruleOf('payment')}]\n`,
        ),
      'nothing was changed',
    );
    expect(log).not.toContain('secret-word');
    await send(100);
    expect(next.accepted).toHaveLength(0);
    expect((await get(`${service.http}/`)).text).toContain('lang="en"');

    // The channel's new address, links and another language: the message that waited goes there, once.
    const lines = [
      'locale: zh',
      "links: { trace: 'http://viewer.example/t/{traceId}' }",
      `rules: [${ruleOf('payment')}]`,
    ];
    log = await reloaded(
      service,
      () =>
        writeFileSync(
          config,
          `${text}${lines.join('\n')}\nchannels: [${channel('hook', next.url)}]\nnames: { maxServices: 77 }\n`,
        ),
      'takes effect with the next start',
    );
    expect(log).toMatch(
      /"applied":\["locale","links\.trace","channels"\]|"applied":\["locale","channels","links\.trace"\]/,
    );
    expect(log).toMatch(/"channels":\{"replaced":\["hook"\]\}/);
    expect(log).toMatch(/"keys":\["names\.maxServices"\]/);
    await until('the message that waited', () => told(next).some(({ event }) => event === 'opened'));
    expect(told(next).filter(({ event }) => event === 'opened')).toHaveLength(1);
    expect((await get(`${service.http}/`)).text).toContain('lang="zh"');

    // A second channel, and a route that leads to it alone; another rule.
    lines[2] = `rules: [${ruleOf('payment')}, ${ruleOf('search')}]`;
    const routed = `policy: { routes: [{ match: [], channels: [third] }] }`;
    log = await reloaded(
      service,
      () =>
        writeFileSync(
          config,
          `${text}${lines.join('\n')}\n${routed}\nchannels: [${channel('hook', next.url)}, ${channel('third', third.url)}]\n`,
        ),
      'was read again',
    );
    expect(log).toMatch(/"channels":\{"added":\["third"\]\}/);
    const before = told(next).filter(({ event }) => event === 'opened').length;
    await send(140);
    await until('the message by the new route', () => told(third).some(({ event }) => event === 'opened'));
    expect(told(next).filter(({ event }) => event === 'opened')).toHaveLength(before);
    // In the new language, with the new link.
    const [opened] = third.accepted;
    expect(JSON.stringify(opened)).toMatch(/[\u4e00-\u9fff]/);
    expect(JSON.stringify(opened)).toContain('http://viewer.example/t/');
  } finally {
    await sender.close();
    service.signal('SIGTERM');
    await service.ended;
    await Promise.all([next.close(), third.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
