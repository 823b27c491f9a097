import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type RunningService,
  runSpanwatch,
  type ServiceOptions,
  startService,
} from '../../bench/verify/spanwatch-process.ts';
import { at, QUIET } from '../../src/simulator/index.ts';
import { startSlack } from '../../src/simulator/vendors/slack.ts';
import { get, metric, shop, until, type Workplace, workplace } from './service.ts';

/** What a test leaves is taken away, also when it fails. */
const cleanups: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function place(more: readonly string[] = []): Workplace {
  const made = workplace(more);
  cleanups.push(() => rmSync(made.folder, { recursive: true, force: true }));
  return made;
}

async function start(config: string, options: ServiceOptions = {}): Promise<RunningService> {
  const service = await startService(config, options);
  cleanups.push(async () => {
    service.signal('SIGKILL');
    await service.ended;
  });
  return service;
}

/** Something of each room. */
const METRICS = [
  'spanwatch_build_info',
  'spanwatch_otlp_requests_total',
  'spanwatch_received_spans_total',
  'spanwatch_rejected_spans_total',
  'spanwatch_overflowed_names_total',
  'spanwatch_assembled_spans_total',
  'spanwatch_late_spans_total',
  'spanwatch_duplicate_spans_total',
  'spanwatch_dropped_spans_total',
  'spanwatch_open_traces',
  'spanwatch_traces_total',
  'spanwatch_late_traces_total',
  'spanwatch_components',
  'spanwatch_learned_components',
  'spanwatch_judged_windows_total',
  'spanwatch_opening_cut',
  'spanwatch_openings_total',
  'spanwatch_open_incidents',
  'spanwatch_notifications_total',
  'spanwatch_outbox_pending',
  'spanwatch_outbox_oldest_seconds',
  'spanwatch_event_time_lag_seconds',
  'spanwatch_http_requests_total',
];

describe('a running service', () => {
  it('is healthy and ready, counts what comes in, and ends with 0 at SIGTERM', async () => {
    const { config } = place(['channels: [{ name: console, type: terminal }]']);
    const service = await start(config);
    expect(await get(`${service.http}/healthz`)).toMatchObject({ status: 200 });
    expect(await get(`${service.http}/readyz`)).toMatchObject({ status: 200 });
    const quiet = shop(QUIET, 20);
    const json = await quiet.send(service.source, 20, 'json');
    const protobuf = await quiet.send(service.source, 40);
    expect(await metric(service, 'spanwatch_assembled_spans_total')).toBe(json + protobuf);
    const status = JSON.parse((await get(`${service.http}/api/v1/status`)).text) as { spans: number };
    expect(status.spans).toBe(json + protobuf);
    const { text } = await get(`${service.http}/metrics`);
    for (const name of METRICS) expect(text).toContain(`# TYPE ${name} `);
    const open = await metric(service, 'spanwatch_open_traces');
    expect(open).toBeGreaterThan(0);
    service.signal('SIGTERM');
    expect(await service.ended).toEqual({ code: 0, signal: null });
    expect(service.stderr()).not.toMatch(/"level":"(warn|error|fatal)"/);
  });

  it('judges at SIGTERM what was still open, and tells people before it ends', async () => {
    const { config } = place(['channels: [{ name: console, type: terminal }]']);
    const service = await start(config);
    // The fault's first window is not sealed when the shop falls silent: only the flush can open the incident.
    await shop(at(60).slow('payment', { addMs: 800 }, 60), 60).send(service.source, 75);
    const { text } = await get(`${service.http}/api/v1/incidents`);
    expect(JSON.parse(text)).toMatchObject({ incidents: [] });
    service.signal('SIGTERM');
    expect(await service.ended).toEqual({ code: 0, signal: null });
    expect(service.stdout()).toMatch(/payment/);
  });

  it('says one incident in the API as it said it in chat', async () => {
    const slack = await startSlack({ nowMs: () => Date.now(), maxPerSecond: 1 });
    cleanups.push(() => slack.close());
    const { config } = place([`channels: [{ name: chat, type: slack-webhook, url: "${slack.url}" }]`]);
    const service = await start(config);
    await shop(at(60).slow('payment', { addMs: 350 }, 120), 40).send(service.source, 150);
    await until('a message', () => slack.accepted.length > 0);
    const { text } = await get(`${service.http}/api/v1/incidents`);
    const { incidents } = JSON.parse(text) as {
      incidents: { id: string; state: string; suspects: { service: string }[] }[];
    };
    expect(incidents).toHaveLength(1);
    expect(incidents[0]).toMatchObject({ state: 'open' });
    expect(incidents[0].suspects[0].service).toBe('payment');
    expect(JSON.stringify(slack.accepted[0])).toContain(incidents[0].id);
    expect(slack.violations).toEqual([]);
  });

  it('refuses what is no OTLP and goes on', async () => {
    const { config } = place();
    const service = await start(config);
    const { request } = await import('undici');
    const post = (body: string | Buffer, type: string) =>
      request(`${service.source}/v1/traces`, { method: 'POST', headers: { 'content-type': type }, body });
    expect((await post('{"resourceSpans": [', 'application/json')).statusCode).toBe(400);
    expect((await post(Buffer.alloc(300, 0xff), 'application/x-protobuf')).statusCode).toBe(400);
    expect((await post('<spans/>', 'text/xml')).statusCode).toBe(415);
    const sent = await shop(QUIET, 10).send(service.source, 5);
    expect(await metric(service, 'spanwatch_assembled_spans_total')).toBe(sent);
  });
});

describe('a port that is taken', () => {
  it.each([
    [
      'the source',
      (port: number) => [`sources: [{ name: otlp, type: otlp-http, port: ${port} }]`],
      /otlp.*in use/,
    ],
    ['the API', (port: number) => [`http: { port: ${port} }`], /taken by another program: set http\.port/],
  ] as const)('is one clear line and exit code 1: %s', async (_, lines, message) => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    cleanups.push(() => new Promise((resolve) => squatter.close(resolve)));
    const { port } = squatter.address() as AddressInfo;
    const { code, stderr } = await runSpanwatch(['run', '-c', place(lines(port)).config]);
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(message)]);
    expect(stderr).toContain(String(port));
  });
});

describe('SIGTERM', () => {
  /** For longer than any machine needs to end: who waited for the chat would be seen to. */
  const PATIENCE_MS = 120_000;

  /** A chat that takes connections and never answers. */
  async function stuck(): Promise<RunningService> {
    const slack = await startSlack({ nowMs: () => Date.now() });
    cleanups.push(() => slack.close());
    slack.disturb(...Array.from({ length: 100 }, () => 'silence' as const));
    const { config } = place([
      `channels: [{ name: chat, type: slack-webhook, url: "${slack.url}", timeoutMs: ${PATIENCE_MS} }]`,
    ]);
    const service = await start(config);
    await shop(at(60).slow('payment', { addMs: 800 }, 60), 40).send(service.source, 110);
    await until('an attempt', () => slack.requests.length > 0);
    return service;
  }

  it('does not wait for a chat that is stuck', async () => {
    const service = await stuck();
    const stoppedAt = Date.now();
    service.signal('SIGTERM');
    expect(await service.ended).toEqual({ code: 0, signal: null });
    expect(Date.now() - stoppedAt).toBeLessThan(PATIENCE_MS / 2);
  });

  it('for the second time ends it at once', async () => {
    const service = await stuck();
    service.signal('SIGTERM');
    await until('the first signal', () => service.stderr().includes('stopping'));
    service.signal('SIGTERM');
    // Who still waits for the chat, for seven seconds as after the first, ends with 0.
    expect(await service.ended).toEqual({ code: null, signal: 'SIGTERM' });
  });
});
