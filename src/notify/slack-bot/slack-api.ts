import { type Clock, type JsonValue, parseJson } from '../../runtime/index.ts';
import { type HttpAnswer, outcomeByStatus, post } from '../http.ts';
import type { DeliveryOutcome, HttpLimits } from '../port.ts';

export type SlackMethod = 'chat.postMessage' | 'chat.update' | 'auth.test';

export type SlackAnswer =
  | { readonly kind: 'ok'; readonly channel?: string; readonly ts?: string; readonly text: string }
  /** `ok: false` with an error that another try would not change. `error` is one of Slack's words that we know. */
  | { readonly kind: 'refused'; readonly error: string }
  | Extract<DeliveryOutcome, { kind: 'retry' | 'permanent' }>;

export interface SlackApi {
  call(method: SlackMethod, body: object, signal?: AbortSignal): Promise<SlackAnswer>;
}

/**
 * Errors of chat.postMessage, chat.update and auth.test that stay what they are (docs.slack.dev, reference of the
 * methods). Any other, and those that Slack calls transient (`ratelimited`, `internal_error`, `fatal_error`,
 * `service_unavailable`, `request_timeout`, `update_failed`, `team_added_to_org`), are worth another try.
 */
const FINAL_ERRORS = [
  'access_denied',
  'account_inactive',
  'block_mismatch',
  'cant_update_message',
  'channel_not_found',
  'edit_window_closed',
  'ekm_access_denied',
  'enterprise_is_restricted',
  'invalid_arguments',
  'invalid_auth',
  'invalid_blocks',
  'invalid_blocks_format',
  'is_archived',
  'is_inactive',
  'message_not_found',
  'missing_scope',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_permission',
  'no_text',
  'not_allowed_token_type',
  'not_authed',
  'not_in_channel',
  'restricted_action',
  'restricted_action_non_threadable_channel',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'thread_not_found',
  'token_expired',
  'token_revoked',
  'two_factor_setup_required',
] as const;

const TRANSIENT_ERRORS = [
  'accesslimited',
  'external_channel_migrating',
  'fatal_error',
  'internal_error',
  'org_login_required',
  'rate_limited',
  'ratelimited',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
  'update_failed',
];

/** Slack's Web API with a bearer token. Success is `ok: true` in the body: errors come with HTTP 200. */
export function createSlackApi({
  url,
  token,
  config,
  clock,
}: {
  readonly url: string;
  readonly token: string;
  readonly config: HttpLimits;
  readonly clock: Clock;
}): SlackApi {
  const base = url.replace(/\/+$/, '');
  const headers = { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}` };
  return {
    call: async (method, body, signal) => {
      const request = { url: `${base}/${method}`, headers, body: JSON.stringify(body), signal };
      const answer = await post(request, config);
      return answer.kind === 'failed' ? { kind: 'retry', reason: answer.reason } : read(answer, clock);
    },
  };
}

function read(answer: HttpAnswer, clock: Clock): SlackAnswer {
  const byStatus = outcomeByStatus(answer, clock);
  if (byStatus?.kind === 'retry' || byStatus?.kind === 'permanent') return byStatus;
  const parsed = parseJson(answer.text);
  const body = parsed.ok ? parsed.value : undefined;
  const ok = member(body, 'ok');
  if (ok === true) {
    const [channel, ts] = [member(body, 'channel'), member(body, 'ts')];
    return {
      kind: 'ok',
      ...(typeof channel === 'string' ? { channel } : {}),
      ...(typeof ts === 'string' ? { ts } : {}),
      text: answer.text,
    };
  }
  const said = member(body, 'error');
  const final = FINAL_ERRORS.find((error) => error === said);
  if (final !== undefined) return { kind: 'refused', error: final };
  const known = TRANSIENT_ERRORS.find((error) => error === said);
  const reason = ok === false ? `Slack says ${known ?? 'no'}` : 'HTTP 200 without Slack’s answer in the body';
  return { kind: 'retry', reason };
}

function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  return (value as Readonly<Record<string, JsonValue>>)[name];
}
