import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Channel, createChannel } from '../../../src/notify/index.ts';
import type { Receipt } from '../../../src/notify/port.ts';
import { aMessage } from '../../doubles/incident-story.ts';
import { HOSTILE_TEXTS, hostileMessage } from '../../notify/hostile.ts';
import { type RecordingRuntime, recordingRuntime } from '../../notify/recording-runtime.ts';
import { until } from '../../system/service.ts';
import { type AlertmanagerServer, startAlertmanager } from '../rig/alertmanager.ts';
import { haveServers, serverFolder } from '../rig/index.ts';

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly updatedAt: string;
  readonly status: string | { readonly state: string };
}

describe.skipIf(!(await haveServers('alertmanager')))('an incident in a real Alertmanager', () => {
  const folder = serverFolder('alertmanager');
  /** What its receiver was told, in order. */
  const told: Alert[] = [];
  let webhook: Server;
  let server: AlertmanagerServer;
  let runtime: RecordingRuntime;
  let channel: Channel;
  let receipt: Receipt | undefined;
  let incident = 0;

  const start = async (port?: number) => {
    const url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/`;
    server = await startAlertmanager({
      ...{ folder: folder.path, webhook: url },
      ...(port === undefined ? {} : { port }),
    });
  };
  beforeAll(async () => {
    webhook = createServer((incoming, response) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
      incoming.on('end', () => {
        told.push(...(JSON.parse(body) as { alerts: Alert[] }).alerts);
        response.end();
      });
    });
    await new Promise<void>((resolve) => void webhook.listen(0, '127.0.0.1', resolve));
    await start();
  });
  let passed = true;
  afterAll(async () => {
    await server.stop();
    webhook.closeAllConnections();
    webhook.close();
    folder.done(passed);
  });
  beforeEach(() => {
    runtime = recordingRuntime();
    // Behind the server's by more than the test moves it: an end in its future would not be one.
    runtime.clock.advance(Date.now() - 180_000 - runtime.clock.now());
    channel = createChannel({ type: 'alertmanager', name: 'am', url: server.url, locale: 'en' }, runtime);
    receipt = undefined;
    incident++;
  });
  afterEach(({ task }) => {
    channel.close?.();
    passed &&= task.result?.state !== 'fail';
  });

  const idNow = (): string => `20260307T031240-${incident}`;
  const say = async (over: Partial<Parameters<typeof aMessage>[0]>): Promise<void> => {
    const at = { incidentId: idNow(), createdAt: runtime.clock.now() - 1000 };
    const message = aMessage({ ...over, ...at });
    const outcome = await channel.deliver(message, receipt);
    if (outcome.kind !== 'sent') throw new Error(outcome.reason);
    receipt = outcome.receipt;
  };
  const active = async (): Promise<readonly Alert[]> => {
    const { body } = await request(`${server.url}/api/v2/alerts?active=true`);
    const alerts = (await body.json()) as Alert[];
    return alerts.filter(({ labels }) => labels['incident'] === idNow());
  };
  const toldOf = (status: string): readonly Alert[] =>
    told.filter((alert) => alert.status === status && alert.labels['incident'] === idNow());

  it('fires by labels, is told to its receiver, and ends by endsAt', async () => {
    await say({ severity: 'P1' });
    const [alert, ...others] = await active();
    expect(others).toEqual([]);
    expect(alert.labels).toEqual({
      ...{ alertname: 'SpanwatchIncident', incident: idNow(), service: 'payment', severity: 'P1' },
    });
    expect(alert.annotations).toMatchObject({ summary: aMessage().title, description: aMessage().summary });
    expect(Date.parse(alert.endsAt) - Date.now()).toBeGreaterThan(23 * 3_600_000);
    await until('the receiver is told', () => toldOf('firing').length > 0);
    await say({ event: 'resolved' });
    await until('the receiver is told of the end', () => toldOf('resolved').length > 0);
    expect(await active()).toEqual([]);
  });

  it('is kept firing, said again each minute, also to one that has forgotten it', async () => {
    await say({});
    const [before] = await active();
    runtime.clock.advance(60_000);
    await until('it is said again', async () => {
      const [again] = await active();
      return Date.parse(again.updatedAt) > Date.parse(before.updatedAt);
    });
    const port = Number(new URL(server.url).port);
    await server.stop();
    await start(port);
    expect(await active()).toEqual([]);
    runtime.clock.advance(60_000);
    await until('it is there again', async () => (await active()).length === 1);
    expect((await active())[0].startsAt).toBe(before.startsAt);
    await say({ event: 'resolved' });
    expect(await active()).toEqual([]);
  });

  it('is one alert when its severity rises', async () => {
    await say({ severity: 'P2' });
    await say({ event: 'escalated', severity: 'P0' });
    expect((await active()).map(({ labels }) => labels['severity'])).toEqual(['P0']);
    await say({ event: 'resolved', severity: 'P0' });
    expect(await active()).toEqual([]);
  });

  it('tells a sample from an incident by a label', async () => {
    await say({ event: 'opened', test: true });
    expect((await active()).map(({ labels }) => labels['test'])).toEqual(['true']);
    await say({ event: 'resolved', test: true });
    expect(await active()).toEqual([]);
  });

  it('takes whatever a span says as text: nothing is a template, a label or a link', async () => {
    const texts = [
      ...HOSTILE_TEXTS,
      '{{ .CommonLabels }}',
      '{{ template "x" }}',
      'a"} b',
      'x="y"',
      '\\',
      "'",
    ];
    for (const text of texts) {
      await say(hostileMessage(text));
      const [alert] = await active();
      expect(Object.keys(alert.labels).toSorted()).toEqual(['alertname', 'incident', 'service', 'severity']);
      expect(Object.keys(alert.annotations).toSorted()).toEqual([
        ...['description', 'next_step', 'summary', 'suspects'],
      ]);
      expect(alert.labels['severity']).toBe('P1');
      if (text.includes('{{')) expect(alert.annotations['description']).toBe(text);
      await say({ event: 'resolved' });
      incident++;
      receipt = undefined;
    }
  });
});
