import { createHmac } from 'node:crypto';
import { sameSecret } from './same-secret.ts';

/** docs.slack.dev, "Verifying requests from Slack": more than five minutes off may be a replay. */
export const SLACK_WINDOW_MS = 300_000;

/**
 * Whether Slack sent it: `X-Slack-Signature` is `v0=` and the hexadecimal HMAC-SHA256, keyed by the app's signing secret,
 * of `v0:TIMESTAMP:BODY`, over the bytes as they came (docs.slack.dev, "Verifying requests from Slack").
 */
export function isSlackSigned(
  request: { readonly timestamp: string; readonly signature: string; readonly body: Buffer },
  signingSecret: string,
  nowMs: number,
): boolean {
  const { timestamp, signature, body } = request;
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(nowMs - Number(timestamp) * 1000) > SLACK_WINDOW_MS) return false;
  return sameSecret(signature, slackSignature(signingSecret, timestamp, body));
}

export function slackSignature(signingSecret: string, timestamp: string, body: Buffer): string {
  const hmac = createHmac('sha256', signingSecret).update(`v0:${timestamp}:`).update(body);
  return `v0=${hmac.digest('hex')}`;
}
