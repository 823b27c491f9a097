import { createHmac } from 'node:crypto';

/** Standard Webhooks 1.0.0, "Signature scheme": 24 to 64 random bytes, base64 behind a prefix. */
const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

/** The key of a `whsec_` secret. Throws without quoting it. */
export function keyOf(secret: string, place: string): Buffer {
  const key = Buffer.from(SECRET.exec(secret)?.[1] ?? '', 'base64');
  if (key.length < 24 || key.length > 64) {
    throw new TypeError(`${place} must be whsec_ followed by 24 to 64 bytes in base64`);
  }
  return key;
}

export interface SignedHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature'?: string;
}

/** The three headers of an attempt: the id is the message's, the time the attempt's, a signature for each key. */
export function signedHeaders(
  id: string,
  body: string,
  keys: readonly Buffer[],
  timestampSeconds: number,
): SignedHeaders {
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestampSeconds) };
  if (keys.length === 0) return headers;
  const content = `${id}.${timestampSeconds}.${body}`;
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`);
  return { ...headers, 'webhook-signature': signatures.join(' ') };
}
