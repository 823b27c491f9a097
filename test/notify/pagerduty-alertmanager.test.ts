import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleMessage } from '../../src/messages/index.ts';
import { type Channel, createChannel } from '../../src/notify/index.ts';
import type { Receipt } from '../../src/notify/port.ts';
import { type AlertmanagerDouble, startAlertmanager } from '../../src/simulator/vendors/alertmanager.ts';
import { startPagerDuty } from '../../src/simulator/vendors/pagerduty.ts';
import { aMessage } from '../doubles/incident-story.ts';
import { channelConformance } from './channel-conformance.ts';
import { type RecordingRuntime, recordingRuntime } from './recording-runtime.ts';

const KEY = '0123456789abcdef0123456789abcdef';
const proxy = { status: 200, body: '<html>a proxy</html>' };

channelConformance({
  name: 'pagerduty',
  start: (nowMs) => startPagerDuty({ nowMs, routingKey: KEY }),
  create: (url, runtime, timeoutMs) =>
    createChannel(
      { type: 'pagerduty', name: 'phone', url, routingKey: KEY, locale: 'en', timeoutMs },
      runtime,
    ),
  secrets: [KEY],
  errorsInBody: [
    [proxy, 'retry'],
    [{ status: 202, body: '{"status":"throttled"}' }, 'retry'],
  ],
  maxBodyBytes: 524_288,
});

channelConformance({
  name: 'alertmanager',
  start: (nowMs) => startAlertmanager({ nowMs }),
  create: (url, runtime, timeoutMs) =>
    createChannel(
      { type: 'alertmanager', name: 'am', url, token: 'am-token-secret', locale: 'en', timeoutMs },
      runtime,
    ),
  secrets: ['am-token-secret'],
  errorsInBody: [],
  maxBodyBytes: 60_000,
});

describe('an incident in PagerDuty', () => {
  it('is one alert: triggered, acknowledged, resolved; and another one when it comes back', async () => {
    const runtime = recordingRuntime();
    const service = await startPagerDuty({ nowMs: () => runtime.clock.now(), routingKey: KEY });
    const channel = createChannel(
      { type: 'pagerduty', name: 'p', url: service.url, routingKey: KEY, locale: 'en' },
      runtime,
    );
    const id = aMessage().incidentId;
    const say = async (event: ReturnType<typeof aMessage>['event']) => {
      expect(await channel.deliver(aMessage({ event }))).toEqual({ kind: 'sent' });
      return service.alerts().get(id);
    };
    expect(await say('opened')).toMatchObject({ made: 1, state: 'triggered' });
    expect(await say('escalated')).toMatchObject({ made: 1, state: 'triggered' });
    expect(await say('acknowledged')).toMatchObject({ made: 1, state: 'acknowledged' });
    expect(await say('resolved')).toMatchObject({ made: 1, state: 'resolved' });
    expect(await say('reopened')).toMatchObject({ made: 2, state: 'triggered' });
    expect(service.violations).toEqual([]);
    await service.close();
  });
});

describe('an incident in Alertmanager', () => {
  let runtime: RecordingRuntime;
  let alertmanager: AlertmanagerDouble;
  let channel: Channel;
  let receipt: Receipt | undefined;

  beforeEach(async () => {
    runtime = recordingRuntime();
    alertmanager = await startAlertmanager({ nowMs: () => runtime.clock.now() });
    channel = createChannel(
      { type: 'alertmanager', name: 'am', url: alertmanager.url, locale: 'en' },
      runtime,
    );
    receipt = undefined;
  });
  afterEach(async () => {
    channel.close?.();
    await alertmanager.close();
  });
  const say = async (over: Parameters<typeof aMessage>[0]): Promise<void> => {
    const outcome = await channel.deliver(aMessage(over), receipt);
    if (outcome.kind !== 'sent') throw new Error(outcome.reason);
    receipt = outcome.receipt;
  };
  /** So long nothing is waited for in vain, and what would come by mistake comes. */
  const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 200));

  it('fires by labels that do not change, until its end', async () => {
    await say({ event: 'opened', severity: 'P2' });
    const labels = {
      alertname: 'SpanwatchIncident',
      incident: aMessage().incidentId,
      service: 'payment',
      severity: 'P2',
    };
    expect(alertmanager.firing()).toEqual([labels]);
    await say({ event: 'updated', severity: 'P2', suspects: [] });
    expect(alertmanager.firing()).toEqual([labels]);
    await say({ event: 'resolved', severity: 'P1' });
    expect(alertmanager.firing()).toEqual([]);
    expect(alertmanager.violations).toEqual([]);
  });

  it('is labelled as a test where it is one, and ended by the sample of an end, without what the first left', async () => {
    const about = { locale: 'en', nowMs: runtime.clock.now(), links: {}, incidentId: 'test-1' } as const;
    await channel.deliver(sampleMessage('opened', about));
    expect(alertmanager.firing()).toEqual([
      {
        alertname: 'SpanwatchIncident',
        incident: 'test-1',
        service: 'payment',
        severity: 'P2',
        test: 'true',
      },
    ]);
    await channel.deliver(sampleMessage('resolved', about));
    expect(alertmanager.firing()).toEqual([]);
    expect(alertmanager.violations).toEqual([]);
  });

  it('has one alert when its severity rises: the old one ends', async () => {
    await say({ event: 'opened', severity: 'P2' });
    await say({ event: 'escalated', severity: 'P0' });
    expect(alertmanager.firing().map(({ severity }) => severity)).toEqual(['P0']);
    await say({ event: 'resolved', severity: 'P0' });
    expect(alertmanager.firing()).toEqual([]);
  });

  it('is said again each minute, so that a restart of Alertmanager loses nothing', async () => {
    await say({ event: 'opened' });
    alertmanager.forget();
    runtime.clock.advance(60_000);
    await expect.poll(() => alertmanager.firing()).toHaveLength(1);
    await say({ event: 'resolved' });
    const requests = alertmanager.requests.length;
    runtime.clock.advance(60_000);
    await aMoment();
    expect(alertmanager.firing()).toEqual([]);
    expect(alertmanager.requests.length).toBe(requests);
  });

  it('is said no more after the shutdown', async () => {
    await say({ event: 'opened' });
    channel.close?.();
    const requests = alertmanager.requests.length;
    runtime.clock.advance(600_000);
    await aMoment();
    expect(alertmanager.requests.length).toBe(requests);
  });
});
