import { createHash } from 'node:crypto';
import type { Message } from '../../domain/message.ts';
import type { JiraConfig } from '../port.ts';
import { bodyOf } from './jira-answers.ts';
import type { JiraApi } from './jira-api.ts';
import { jiraSummary, wiki } from './jira-text.ts';
import { parsed } from './jira-transition.ts';

/** Without a version; the same in Cloud and Data Center. */
export const REQUEST_PATH = '/rest/servicedeskapi/request';

export interface IssuePlace {
  readonly api: JiraApi;
  readonly key: string;
  readonly signal: AbortSignal | undefined;
}

/** Labels hold no spaces: the fingerprint is told by its hash. The same for each incident about the same thing. */
export function fingerprintLabel({ ticket, incidentId }: Message): string {
  const subject = ticket?.fingerprint ?? incidentId;
  return `spanwatch-${createHash('sha256').update(subject).digest('hex').slice(0, 20)}`;
}

/**
 * A customer request (developer.atlassian.com/cloud/jira/service-desk/rest, "Create customer request"): a request type shows
 * some fields alone, labels seldom among them, and texts are wiki markup unless `isAdfRequest`, which is experimental. So the
 * fingerprint stands in the description too, where a search finds it when the answer to this was lost.
 */
export function requestBody(
  { fields }: JiraConfig,
  { id, requestTypeId }: NonNullable<JiraConfig['serviceDesk']>,
  message: Message,
): object {
  return {
    serviceDeskId: id,
    requestTypeId,
    requestFieldValues: {
      ...Object.fromEntries(fields.map((field) => [field.id, parsed(field.json)])),
      summary: jiraSummary(message),
      description: `${wiki(message)}\n\n${fingerprintLabel(message)}`,
    },
  };
}

/**
 * What a request type does not take: labels, and whom it is assigned to. False when Jira refuses to assign it, which is no
 * reason to fail.
 */
export async function completeRequest(
  config: JiraConfig,
  place: IssuePlace,
  message: Message,
): Promise<boolean> {
  const { api, key, signal } = place;
  const { flavour } = config;
  const path = `/issue/${encodeURIComponent(key)}`;
  await labelRequest(config, place, message);
  const assignee = message.ticket?.assignee;
  if (assignee === undefined) return true;
  const who = flavour === 'cloud' ? { accountId: assignee } : { name: assignee };
  const assigned = await api.call('PUT', `${path}/assignee`, who, signal);
  if (assigned.kind === 'failed') bodyOf(assigned);
  return assigned.kind === 'ok';
}

/** Labels alone; those that are there stay. One whose making was not heard of has none yet. */
export async function labelRequest(
  { labels }: JiraConfig,
  { api, key, signal }: IssuePlace,
  message: Message,
): Promise<void> {
  const all = [...labels, 'spanwatch', fingerprintLabel(message)];
  const update = { labels: all.map((add) => ({ add })) };
  const labelled = await api.call('PUT', `/issue/${encodeURIComponent(key)}`, { update }, signal);
  if (labelled.kind === 'failed') bodyOf(labelled);
}

/** JQL for an issue of ours about the same thing. */
export function isOurs({ serviceDesk }: JiraConfig, message: Message): string {
  const label = fingerprintLabel(message);
  return serviceDesk === undefined
    ? `labels = "${label}"`
    : `(labels = "${label}" OR description ~ "${label}")`;
}
