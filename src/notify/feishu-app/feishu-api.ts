import { type Clock, type JsonValue } from '../../runtime/index.ts';
import { type HttpAnswer, outcomeByStatus, post } from '../http.ts';
import { answerObject } from '../json-answer.ts';
import type { DeliveryOutcome, HttpLimits } from '../port.ts';

type Answer = Readonly<Record<string, JsonValue>>;

export type FeishuAnswer =
  | { readonly kind: 'ok'; readonly data: Answer }
  | { readonly kind: 'refused'; readonly code: number }
  | Extract<DeliveryOutcome, { kind: 'retry' | 'permanent' }>;

export interface FeishuApi {
  call(method: 'POST' | 'PATCH', path: string, body: object, signal?: AbortSignal): Promise<FeishuAnswer>;
}

/** A token is asked for anew this long before its end: within half an hour of it Feishu hands out the next one. */
const RENEW_BEFORE_MS = 600_000;
/** Missing, invalid or expired (open.feishu.cn, "Generic error codes"): one more try with a new one. */
const TOKEN_CODES = [99991661, 99991663, 99991664, 99991668];

/** Too many requests (generic, and of a group), and the platform's own troubles: worth another try. */
const TRANSIENT_CODES = [99991400, 230020, 230049, 1500, 90013, 11232];

/**
 * open.feishu.cn's server API with a `tenant_access_token` of a custom app, kept until shortly before its end. Success is
 * `code: 0`; errors come with HTTP 400 and a code. Codes that are not known to pass are told as `refused`.
 */
export function createFeishuApi(
  app: { readonly baseUrl: string; readonly appId: string; readonly appSecret: string },
  limits: HttpLimits,
  clock: Clock,
): FeishuApi {
  const base = app.baseUrl.replace(/\/+$/, '');
  let token: { readonly text: string; readonly until: number } | undefined;

  const request = async (
    method: 'POST' | 'PATCH',
    path: string,
    { body, bearer, signal }: { body: object; bearer?: string; signal?: AbortSignal | undefined },
  ): Promise<FeishuAnswer> => {
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    };
    const answer = await post(
      { method, url: `${base}${path}`, headers, body: JSON.stringify(body), signal },
      limits,
    );
    return answer.kind === 'failed' ? { kind: 'retry', reason: answer.reason } : read(answer, clock);
  };

  const tokenNow = async (signal?: AbortSignal): Promise<FeishuAnswer | string> => {
    if (token !== undefined && clock.now() < token.until) return token.text;
    const body = { app_id: app.appId, app_secret: app.appSecret };
    const answer = await request('POST', TOKEN_PATH, { body, signal });
    if (answer.kind !== 'ok') return answer;
    const { tenant_access_token: text, expire } = answer.data;
    if (typeof text !== 'string' || typeof expire !== 'number') {
      return { kind: 'retry', reason: 'Feishu gave no token' };
    }
    token = { text, until: clock.now() + expire * 1000 - RENEW_BEFORE_MS };
    return text;
  };

  return {
    call: async (method, path, body, signal) => {
      for (let attempt = 0; ; attempt++) {
        const bearer = await tokenNow(signal);
        if (typeof bearer !== 'string') return bearer;
        const answer = await request(method, path, { body, bearer, signal });
        if (answer.kind !== 'refused' || !TOKEN_CODES.includes(answer.code) || attempt > 0) return answer;
        token = undefined;
      }
    },
  };
}

const TOKEN_PATH = '/open-apis/auth/v3/tenant_access_token/internal';

function read(answer: HttpAnswer, clock: Clock): FeishuAnswer {
  const byStatus = outcomeByStatus(answer, clock);
  if (byStatus?.kind === 'retry') return byStatus;
  const body = answerObject(answer.text);
  const code = body?.['code'];
  if (typeof code === 'number' && code !== 0) {
    return TRANSIENT_CODES.includes(code)
      ? { kind: 'retry', reason: `Feishu says ${code}` }
      : { kind: 'refused', code };
  }
  if (byStatus?.kind === 'permanent') return byStatus;
  if (body === undefined || code !== 0) {
    return { kind: 'retry', reason: `HTTP ${answer.status} without Feishu's answer in the body` };
  }
  const data = body['data'];
  const isObject = data !== null && typeof data === 'object' && !Array.isArray(data);
  return { kind: 'ok', data: isObject ? data : body };
}
