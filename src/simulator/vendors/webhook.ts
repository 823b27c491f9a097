import { createHmac, timingSafeEqual } from 'node:crypto';
import { asObject, asText, type JsonObject, objectIn } from './json-fields.ts';
import {
  type ReceiverOptions,
  startReceiver,
  type VendorReceiver,
  type VendorRequest,
  type VendorVerdict,
} from './receiver.ts';

export interface WebhookReceiverOptions extends ReceiverOptions {
  /** `whsec_...`; absent: unsigned messages are taken. */
  readonly secret?: string;
}

const PATH = '/hooks/webhooktoken';
const TOLERANCE_MS = 300_000;
const MAX_BODY_BYTES = 20_000;

/**
 * A receiver as Standard Webhooks 1.0.0 and CloudEvents 1.0 (structured JSON) ask for. A message that comes again under
 * the same `webhook-id` is answered, and not accepted a second time.
 */
export function startWebhookReceiver(options: WebhookReceiverOptions): Promise<VendorReceiver<JsonObject>> {
  const seen = new Set<string>();
  return startReceiver(PATH, options, (request) => {
    const verdict = judgeWebhook(request, options);
    const id = asText(verdict.accepted?.['id']);
    if (verdict.accepted === undefined || !seen.has(id)) {
      seen.add(id);
      return verdict;
    }
    return { answer: verdict.answer, violations: verdict.violations };
  });
}

/** What a strict receiver answers, and which rules were broken. */
export function judgeWebhook(
  request: VendorRequest,
  options: WebhookReceiverOptions,
): VendorVerdict<JsonObject> {
  const broken = brokenTransport(request) ?? brokenSignature(request, options);
  if (broken !== undefined) return refused(broken.status, broken.reason);
  const event = objectIn(request.body);
  if (event === undefined) return refused(400, 'not a JSON object');
  const reason = brokenEvent(event, request);
  if (reason !== undefined) return refused(400, reason);
  return { answer: { status: 204, body: '' }, accepted: event, violations: [] };
}

interface Broken {
  readonly status: number;
  readonly reason: string;
}

function brokenTransport({ method, path, headers, body }: VendorRequest): Broken | undefined {
  if (path !== PATH) return { status: 404, reason: 'no such hook' };
  if (method !== 'POST') return { status: 405, reason: 'not a POST' };
  if (!(headers['content-type'] ?? '').startsWith('application/cloudevents+json')) {
    return { status: 415, reason: 'not application/cloudevents+json' };
  }
  return Buffer.byteLength(body) > MAX_BODY_BYTES ? { status: 413, reason: 'body too large' } : undefined;
}

function brokenSignature(request: VendorRequest, options: WebhookReceiverOptions): Broken | undefined {
  const [id, timestamp] = [header(request, 'webhook-id'), header(request, 'webhook-timestamp')];
  if (id === '' || id.includes('.')) return { status: 400, reason: 'webhook-id' };
  if (!/^\d+$/.test(timestamp)) return { status: 400, reason: 'webhook-timestamp' };
  if (options.secret === undefined) return undefined;
  if (Math.abs(options.nowMs() - Number(timestamp) * 1000) > TOLERANCE_MS) {
    return { status: 401, reason: 'webhook-timestamp is not within five minutes' };
  }
  const key = Buffer.from(options.secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${request.body}`).digest();
  const given = header(request, 'webhook-signature')
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice(3), 'base64'));
  const valid = given.some((signature) => signature.length === 32 && timingSafeEqual(signature, expected));
  return valid ? undefined : { status: 401, reason: 'webhook-signature' };
}

function brokenEvent(event: JsonObject, request: VendorRequest): string | undefined {
  if (event['specversion'] !== '1.0') return 'specversion';
  if (asText(event['id']) !== header(request, 'webhook-id')) return 'id is not the webhook-id';
  if (asText(event['source']) === '') return 'source';
  if (!/^io\.spanwatch\.incident\.[a-z]+\.v1$/.test(asText(event['type']))) return 'type';
  if (Number.isNaN(Date.parse(asText(event['time'])))) return 'time';
  return asObject(event['data']) === undefined ? 'data' : undefined;
}

function header(request: VendorRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

function refused(status: number, reason: string): VendorVerdict<JsonObject> {
  return { answer: { status, body: reason }, violations: [reason] };
}
