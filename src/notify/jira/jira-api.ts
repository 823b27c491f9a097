import type { JsonValue } from '../../runtime/index.ts';
import type { Clock } from '../../runtime/index.ts';
import { checkUrl, outcomeByStatus, post } from '../http.ts';
import { answerObject } from '../json-answer.ts';
import type { DeliveryOutcome, JiraConfig } from '../port.ts';

type Json = Readonly<Record<string, JsonValue>>;

export type JiraAnswer =
  | { readonly kind: 'ok'; readonly body: Json }
  | { readonly kind: 'missing' }
  /** 400 and the like: the fields that Jira names. */
  | { readonly kind: 'refused'; readonly status: number; readonly fields: readonly string[] }
  /** `unknown`: whether it was done. */
  | { readonly kind: 'failed'; readonly outcome: DeliveryOutcome; readonly unknown: boolean };

export interface JiraApi {
  /** `path` below the versioned API, or from `/rest/` on. */
  call(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body?: object,
    signal?: AbortSignal,
  ): Promise<JiraAnswer>;
}

/** Lists of fields and transitions; an issue's own fields are asked for by name. */
const MAX_ANSWER_BYTES = 1_000_000;

/**
 * Cloud: `/rest/api/3`, Basic `email:token`; Data Center: `/rest/api/2`, Bearer (developer.atlassian.com, "Basic auth for
 * REST APIs", "Using personal access tokens"). 429 and 503 with Retry-After are put off for as long as they say; nothing of
 * an answer's texts is passed on but names of fields.
 */
export function createJiraApi(config: JiraConfig, clock: Clock): JiraApi {
  const cloud = config.flavour === 'cloud';
  const site = checkUrl(config.name, config.url).replace(/\/$/, '');
  const base = `${site}/rest/api/${cloud ? 3 : 2}`;
  const urlOf = (path: string): string => (path.startsWith('/rest/') ? `${site}${path}` : `${base}${path}`);
  const basic = Buffer.from(`${config.email ?? ''}:${config.token}`).toString('base64');
  const headers = {
    authorization: cloud ? `Basic ${basic}` : `Bearer ${config.token}`,
    accept: 'application/json',
    'content-type': 'application/json',
    // Names of transitions come in the language of the account otherwise.
    'accept-language': 'en',
  };
  return {
    call: async (method, path, body, signal) => {
      const answer = await post(
        {
          ...{ method, url: urlOf(path), headers, signal, maxAnswerBytes: MAX_ANSWER_BYTES },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        },
        config,
      );
      if (answer.kind === 'failed')
        return { kind: 'failed', outcome: { kind: 'retry', reason: answer.reason }, unknown: true };
      if (answer.status === 404) return { kind: 'missing' };
      const outcome = outcomeByStatus(answer, clock);
      if (outcome?.kind === 'retry') return { kind: 'failed', outcome, unknown: answer.status !== 429 };
      if (outcome !== undefined && answer.status < 400) return { kind: 'failed', outcome, unknown: false };
      const parsed = answerObject(answer.text);
      if (outcome !== undefined)
        return { kind: 'refused', status: answer.status, fields: fieldsOf(parsed?.['errors']) };
      if (parsed === undefined && answer.text.trim() !== '')
        return {
          kind: 'failed',
          outcome: { kind: 'retry', reason: `HTTP ${answer.status} without Jira's answer in the body` },
          unknown: true,
        };
      return { kind: 'ok', body: parsed ?? {} };
    },
  };
}

/** Ids of fields, not what is said of them. */
function fieldsOf(errors: JsonValue | undefined): readonly string[] {
  if (errors === null || typeof errors !== 'object' || Array.isArray(errors)) return [];
  return Object.keys(errors).filter((id) => /^[A-Za-z0-9_]{1,60}$/.test(id));
}
