import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { sampleMessage } from '../../src/messages/index.ts';
import { createChannel } from '../../src/notify/index.ts';
import { toCloudEvent } from '../../src/notify/webhook/cloud-event.ts';
import { keyOf, signedHeaders } from '../../src/notify/webhook/standard-webhooks.ts';
import { startWebhookReceiver } from '../doubles/webhook-receiver.ts';
import { aMessage, OPENED_AT } from '../doubles/incident-story.ts';
import { channelConformance } from './channel-conformance.ts';
import { hugeMessage } from './hostile.ts';
import { recordingRuntime } from './recording-runtime.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NEW_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

channelConformance({
  name: 'webhook',
  start: (nowMs) => startWebhookReceiver({ nowMs, secret: SECRET }),
  create: (url, runtime, timeoutMs) =>
    createChannel(
      { type: 'webhook', name: 'hook', url, secrets: [NEW_SECRET, SECRET], locale: 'en', timeoutMs },
      runtime,
    ),
  secrets: [SECRET, NEW_SECRET, SECRET.slice(6)],
  errorsInBody: [],
  maxBodyBytes: 20_000,
});

describe('Standard Webhooks', () => {
  it("signs as the specification's vector says", () => {
    const headers = signedHeaders(
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      '{"test": 2432232314}',
      [keyOf(SECRET, 'secret')],
      1614265330,
    );
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it.each(['', 'plain', 'whsec_', 'whsec_c2hvcnQ=', `whsec_${'A'.repeat(100)}`])(
    'refuses the secret %j',
    (secret) => {
      expect(() => keyOf(secret, 'channel hook: secret 1')).toThrow(/channel hook: secret 1 must be whsec_/);
    },
  );
});

describe('a webhook', () => {
  const config = { type: 'webhook', name: 'hook', secrets: [SECRET], locale: 'en' } as const;

  it('keeps the id of a message over attempts, so that a receiver takes it once', async () => {
    const runtime = recordingRuntime();
    const receiver = await startWebhookReceiver({ nowMs: () => runtime.clock.now(), secret: SECRET });
    const channel = createChannel({ ...config, url: receiver.url }, runtime);
    await channel.deliver(aMessage());
    runtime.clock.advance(120_000);
    await channel.deliver(aMessage());
    expect(receiver.requests.map((r) => r.headers['webhook-id'])).toEqual([aMessage().id, aMessage().id]);
    const times = receiver.requests.map((r) => Number(r.headers['webhook-timestamp']));
    expect(times[1] - times[0]).toBe(120);
    expect(receiver.accepted).toHaveLength(1);
    await receiver.close();
  });

  it('is switched off by 410', async () => {
    const runtime = recordingRuntime();
    const receiver = await startWebhookReceiver({ nowMs: () => runtime.clock.now() });
    const channel = createChannel({ ...config, url: receiver.url }, runtime);
    receiver.disturb({ status: 410, body: '' });
    expect(await channel.deliver(aMessage())).toMatchObject({ kind: 'permanent' });
    expect(await channel.deliver(aMessage())).toMatchObject({ kind: 'permanent' });
    expect(receiver.requests).toHaveLength(1);
    await receiver.close();
  });

  it('has an id that a header can hold and a signature cannot confuse', async () => {
    const runtime = recordingRuntime();
    const receiver = await startWebhookReceiver({ nowMs: () => runtime.clock.now(), secret: SECRET });
    const channel = createChannel({ ...config, url: receiver.url }, runtime);
    expect(await channel.deliver(aMessage({ id: '支付.1\r\nx: y' }))).toEqual({ kind: 'sent' });
    expect(receiver.requests[0].headers['webhook-id']).toMatch(/^msg_[0-9a-f]{64}$/);
    await receiver.close();
  });

  it('keeps title, summary and first suspect when it has to be short', async () => {
    const runtime = recordingRuntime();
    const receiver = await startWebhookReceiver({ nowMs: () => runtime.clock.now(), secret: SECRET });
    const channel = createChannel({ ...config, url: receiver.url }, runtime);
    await channel.deliver({ ...hugeMessage(), title: 'kept' });
    const data = receiver.accepted[0]['data'] as Record<string, unknown[]>;
    expect(data['title']).toBe('kept');
    expect(data['suspects']).toHaveLength(1);
    expect(data['logs']).toEqual([]);
    await receiver.close();
  });
});

describe('the CloudEvent', () => {
  const path = join(import.meta.dirname, '..', '..', 'docs', 'cloudevent.schema.json');
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  ajvFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync(path, 'utf8')));

  it.each(['opened', 'updated', 'escalated', 'reopened', 'resolved', 'acknowledged', 'noted'] as const)(
    'is as the schema says when an incident is %s',
    (event) => {
      const sent = JSON.parse(JSON.stringify(toCloudEvent(aMessage({ event }))));
      validate(sent);
      expect(validate.errors).toBeNull();
      expect(sent).toMatchObject({
        type: `io.spanwatch.incident.${event}.v1`,
        time: new Date(OPENED_AT).toISOString(),
      });
    },
  );

  it('says that it is a test, as the schema has it', () => {
    const sample = sampleMessage('opened', { locale: 'en', nowMs: OPENED_AT, links: {} });
    const sent = JSON.parse(JSON.stringify(toCloudEvent(sample)));
    validate(sent);
    expect(validate.errors).toBeNull();
    expect(sent).toMatchObject({ data: { test: true } });
  });

  it('is refused by the schema when it is another', () => {
    expect(validate({ ...toCloudEvent(aMessage()), specversion: '0.3' })).toBe(false);
    expect(validate({ ...toCloudEvent(aMessage()), data: {} })).toBe(false);
  });
});
