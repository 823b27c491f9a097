import type { Message } from '../../domain/message.ts';
import type { JiraConfig } from '../port.ts';
import { bodyOf, Ended, textOf } from './jira-answers.ts';
import type { JiraAnswer, JiraApi } from './jira-api.ts';
import { markEntry } from './jira-mark.ts';
import { completeRequest, fingerprintLabel, REQUEST_PATH, requestBody } from './jira-request.ts';
import { adf, jiraSummary, wiki } from './jira-text.ts';
import { parsed } from './jira-transition.ts';

/** A search may miss what was just made (Cloud's index is eventually consistent): so much later it does not. */
export const AFTER_UNKNOWN_MS = 30_000;

export interface NewIssue {
  readonly key: string;
  /** Whom Jira does not let it be assigned to. */
  readonly refusedAssignee?: string;
}

interface Creating {
  readonly config: JiraConfig;
  readonly api: JiraApi;
  readonly signal: AbortSignal | undefined;
  /** Called as soon as it is known. */
  readonly onKey: (key: string) => void;
}

/**
 * A new issue, or a request of the service desk. `before`: the issue about the same thing that a person has closed; it is
 * named and linked. Throws `Ended`: after an answer that says nothing of what was done, with a wait after which a search is
 * to be believed.
 */
export async function createIssue(
  creating: Creating,
  message: Message,
  before: string | undefined,
): Promise<NewIssue> {
  const { config, api, signal, onKey } = creating;
  const told = before === undefined ? message : mentioning(message, before);
  const assignee = message.ticket?.assignee;
  let answer = await post(creating, told, assignee);
  let refused = false;
  // Somebody who has left, or may not be assigned, must not cost the ticket.
  if (answer.kind === 'refused' && assignee !== undefined && answer.fields.includes('assignee')) {
    refused = true;
    answer = await post(creating, told, undefined);
  }
  if (answer.kind === 'failed' && answer.unknown && answer.outcome.kind === 'retry') {
    const afterMs = Math.max(AFTER_UNKNOWN_MS, answer.outcome.afterMs ?? 0);
    const reason = `${answer.outcome.reason}; searched for before another try`;
    throw new Ended({ ...answer.outcome, afterMs, reason });
  }
  const body = bodyOf(answer);
  const key = textOf(body['key'] ?? body['issueKey']);
  onKey(key);
  if (before !== undefined) await link(creating, key, before);
  if (config.serviceDesk !== undefined)
    refused = !(await completeRequest(config, { api, key, signal }, message));
  return { key, ...(refused && assignee !== undefined && { refusedAssignee: assignee }) };
}

function post(
  { config, api, signal }: Creating,
  message: Message,
  assignee: string | undefined,
): Promise<JiraAnswer> {
  const { project, issueType, labels, fields, flavour, serviceDesk } = config;
  if (serviceDesk !== undefined)
    return api.call('POST', REQUEST_PATH, requestBody(config, serviceDesk, message), signal);
  const who = flavour === 'cloud' ? { accountId: assignee } : { name: assignee };
  const issue = {
    ...Object.fromEntries(fields.map(({ id, json }) => [id, parsed(json)] as const)),
    project: { key: project },
    issuetype: { name: issueType },
    summary: jiraSummary(message),
    description: flavour === 'cloud' ? adf(message) : wiki(message),
    labels: [...labels, 'spanwatch', fingerprintLabel(message)],
    ...(assignee !== undefined && { assignee: who }),
  };
  const mark = markEntry({ incident: message.incidentId, closed: false });
  return api.call('POST', '/issue', { fields: issue, properties: [mark] }, signal);
}

function mentioning(message: Message, before: string): Message {
  const label = message.locale === 'zh' ? '此前的工单（已由人关闭）' : 'Earlier ticket, closed by a person';
  return { ...message, facts: [{ label, value: before }, ...message.facts] };
}

/**
 * "Create issue link" (developer.atlassian.com/cloud/jira/platform/rest/v3; the same in Data Center's v2). Where links are
 * switched off, or the type has another name, the description still names the earlier one: no reason to fail.
 */
async function link({ api, signal }: Creating, key: string, before: string): Promise<void> {
  const body = { type: { name: 'Relates' }, inwardIssue: { key: before }, outwardIssue: { key } };
  await api.call('POST', '/issueLink', body, signal);
}
