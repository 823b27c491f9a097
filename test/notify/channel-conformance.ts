import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel } from '../../src/notify/index.ts';
import type { JsonObject } from '../../src/simulator/vendors/json-fields.ts';
import type { VendorAnswer, VendorReceiver } from '../../src/simulator/vendors/receiver.ts';
import { expectGolden } from '../doubles/golden.ts';
import { aMessage } from '../doubles/incident-story.ts';
import { HOSTILE_TEXTS, hostileMessage, hugeMessage } from './hostile.ts';
import { type RecordingRuntime, recordingRuntime } from './recording-runtime.ts';

export interface HttpChannelCase {
  readonly name: string;
  start(nowMs: () => number): Promise<VendorReceiver<JsonObject>>;
  create(url: string, runtime: RecordingRuntime, timeoutMs: number): Channel;
  /** Besides the URL's path: what must not be seen anywhere. */
  readonly secrets: readonly string[];
  /** HTTP 200 that is an error by the vendor's rules. */
  readonly errorsInBody: readonly (readonly [VendorAnswer, 'retry' | 'permanent'])[];
  readonly maxBodyBytes: number;
}

/** Ample on a busy machine; and one that is waited for. */
const AMPLE_MS = 10_000;
const SHORT_MS = 100;

/** What every channel over HTTP has to do, against a receiver that holds to the vendor's rules. */
export function channelConformance(subject: HttpChannelCase): void {
  describe(`${subject.name} keeps the channel's contract`, () => {
    let runtime: RecordingRuntime;
    let receiver: VendorReceiver<JsonObject>;
    let channel: Channel;

    beforeEach(async () => {
      runtime = recordingRuntime();
      receiver = await subject.start(() => runtime.clock.now());
      channel = subject.create(receiver.url, runtime, AMPLE_MS);
    });
    afterEach(() => receiver.close());

    it('delivers, by all the rules of the vendor', async () => {
      expect(await channel.deliver(aMessage())).toMatchObject({ kind: 'sent' });
      expect(receiver.violations).toEqual([]);
      expect(receiver.accepted).toHaveLength(1);
    });

    it.each([500, 502, 503, 408, 425])('tries again after HTTP %d', async (status) => {
      receiver.disturb({ status, body: 'oops' });
      expect(await channel.deliver(aMessage())).toEqual({ kind: 'retry', reason: `HTTP ${status}` });
    });

    it.each([400, 401, 403, 404])('gives up after HTTP %d', async (status) => {
      receiver.disturb({ status, body: 'no' });
      expect(await channel.deliver(aMessage())).toMatchObject({ kind: 'permanent' });
    });

    it('waits for as many seconds as it is told to', async () => {
      receiver.disturb({ status: 429, headers: { 'retry-after': '7' }, body: '' });
      expect(await channel.deliver(aMessage())).toMatchObject({ kind: 'retry', afterMs: 7000 });
    });

    it('waits until the date that it is told', async () => {
      const date = new Date(runtime.clock.now() + 90_000).toUTCString();
      receiver.disturb({ status: 503, headers: { 'retry-after': date }, body: '' });
      expect(await channel.deliver(aMessage())).toMatchObject({ kind: 'retry', afterMs: 90_000 });
    });

    it('makes nothing of a Retry-After that is no time, and an hour of one that is too far', async () => {
      receiver.disturb({ status: 429, headers: { 'retry-after': 'soon' }, body: '' });
      expect(await channel.deliver(aMessage())).not.toHaveProperty('afterMs');
      receiver.disturb({ status: 429, headers: { 'retry-after': '99999999' }, body: '' });
      expect(await channel.deliver(aMessage())).toMatchObject({ afterMs: 3_600_000 });
    });

    it.each(subject.errorsInBody.map(([answer, kind]) => ({ answer, kind })))(
      'takes $answer.body with HTTP $answer.status for $kind',
      async ({ answer, kind }) => {
        receiver.disturb(answer);
        expect(await channel.deliver(aMessage())).toMatchObject({ kind });
      },
    );

    it('follows no redirect', async () => {
      receiver.disturb({ status: 307, headers: { location: receiver.url }, body: '' });
      expect(await channel.deliver(aMessage())).toEqual({
        kind: 'permanent',
        reason: 'HTTP 307: redirect refused',
      });
      expect(receiver.requests).toHaveLength(1);
    });

    it('does not wait for ever for an answer', async () => {
      receiver.disturb('silence');
      const hasty = subject.create(receiver.url, runtime, SHORT_MS);
      expect(await hasty.deliver(aMessage())).toEqual({ kind: 'retry', reason: 'no answer in time' });
    });

    it('ends an attempt that is aborted', async () => {
      receiver.disturb('silence');
      const abort = new AbortController();
      const outcome = channel.deliver(aMessage(), undefined, abort.signal);
      abort.abort();
      expect(await outcome).toMatchObject({ kind: 'retry' });
    });

    it('survives a connection that is reset, and one that is refused', async () => {
      receiver.disturb('reset');
      expect(await channel.deliver(aMessage())).toMatchObject({ kind: 'retry' });
      await receiver.close();
      expect(await channel.deliver(aMessage())).toMatchObject({
        kind: 'retry',
        reason: 'no connection (ECONNREFUSED)',
      });
    });

    it.each(HOSTILE_TEXTS)('makes %j inert', async (text) => {
      for (const locale of ['en', 'zh'] as const) {
        expect(await channel.deliver(hostileMessage(text, locale))).toMatchObject({ kind: 'sent' });
      }
      expect(receiver.violations).toEqual([]);
      const body = receiver.requests[0].body;
      expect(body).not.toContain('javascript:');
      expect(body).not.toMatch(/\\u00[01]|[\u202a-\u202e]/);
    });

    it('stays within the limits with a huge incident', async () => {
      expect(await channel.deliver(hugeMessage())).toMatchObject({ kind: 'sent' });
      expect(await channel.deliver({ ...hugeMessage(), locale: 'zh' })).toMatchObject({ kind: 'sent' });
      expect(receiver.violations).toEqual([]);
      for (const { body } of receiver.requests) {
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(subject.maxBodyBytes);
      }
    });

    it('shows its secrets to nobody, whatever the receiver says', async () => {
      const { pathname } = new URL(receiver.url);
      const secrets = [...subject.secrets, receiver.url, pathname, pathname.split('/').at(-1) ?? ''];
      const echo = secrets.join(' ');
      receiver.disturb(
        { status: 200, body: echo },
        { status: 200, body: JSON.stringify({ code: 19001, StatusCode: 1, msg: echo }) },
        { status: 400, body: echo },
        { status: 500, body: echo },
        { status: 302, headers: { location: receiver.url }, body: echo },
        'reset',
      );
      const outcomes: unknown[] = [];
      for (let i = 0; i < 6; i++) outcomes.push(await channel.deliver(aMessage()));
      await receiver.close();
      outcomes.push(await channel.deliver(aMessage()));
      for (const bad of [`not a url ${echo}`, `ftp://x/${echo}`, `http://u:${echo}@x/`]) {
        try {
          subject.create(bad, runtime, AMPLE_MS);
          outcomes.push('made');
        } catch (error) {
          outcomes.push(String(error), error instanceof Error ? error.stack : '');
        }
      }
      const seen = JSON.stringify(outcomes) + runtime.lines.join('') + JSON.stringify(channel);
      for (const secret of secrets) expect(seen).not.toContain(secret);
      expect(outcomes).not.toContain('made');
    });

    it.each(['en', 'zh'] as const)('renders as it did before, in %s', async (locale) => {
      await channel.deliver(aMessage({ locale }));
      await channel.deliver(aMessage({ locale, sequence: 2, event: 'resolved', severity: 'P2' }));
      const bodies = receiver.accepted.map((body) => JSON.stringify(body, null, 2));
      expectGolden(`notify/${subject.name}.${locale}.json`, `[\n${bodies.join(',\n')}\n]\n`);
    });
  });
}
