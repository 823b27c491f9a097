import { createHash } from 'node:crypto';
import type { Runtime } from '../../runtime/index.ts';
import { renderWithin } from '../bounded-message.ts';
import { checkUrl, outcomeByStatus, post } from '../http.ts';
import type { Channel, WebhookConfig } from '../port.ts';
import { toCloudEvent } from './cloud-event.ts';
import { keyOf, signedHeaders } from './standard-webhooks.ts';

/** Standard Webhooks: "payloads should be kept small, under 20 KB". */
const MAX_BODY_BYTES = 19_500;
const GONE = 410;

/**
 * A generic webhook: a CloudEvent, signed as Standard Webhooks ask; `webhook-id` is the idempotency key. The receiver
 * switches it off with 410 until the next start. `runtime.clock` must be the wall clock: receivers refuse a signature
 * five minutes old. Throws on a URL or secret that cannot be used.
 */
export function createWebhook(config: WebhookConfig, runtime: Runtime): Channel {
  const url = checkUrl(config.name, config.url);
  const keys = config.secrets.map((secret, index) =>
    keyOf(secret, `channel ${config.name}: secret ${index + 1}`),
  );
  let gone = false;
  return {
    name: config.name,
    forPrograms: true,
    deliver: async (message, _receipt, signal) => {
      if (gone) return { kind: 'permanent', reason: 'switched off by its receiver (HTTP 410)' };
      const id = idempotencyKey(message.id);
      const body = renderWithin(message, MAX_BODY_BYTES, (reduced) =>
        JSON.stringify(toCloudEvent({ ...reduced, id })),
      );
      const headers = {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        ...signedHeaders(id, body, keys, Math.floor(runtime.clock.now() / 1000)),
      };
      const answer = await post({ url, headers, body, signal }, config);
      if (answer.kind === 'failed') return { kind: 'retry', reason: answer.reason };
      if (answer.status === GONE) gone = true;
      return outcomeByStatus(answer, runtime.clock) ?? { kind: 'sent' };
    },
  };
}

/** A header's value without the dot, which separates the parts that are signed; any other id is hashed to one. */
function idempotencyKey(id: string): string {
  if (/^[A-Za-z0-9_-]{1,200}$/.test(id)) return id;
  return `msg_${createHash('sha256').update(id).digest('hex')}`;
}
