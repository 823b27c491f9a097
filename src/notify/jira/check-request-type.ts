import type { ChannelCheck } from '../channel-check.ts';
import type { JiraConfig } from '../port.ts';
import { listOf, said, textOf, wrong } from './check-answers.ts';
import type { JiraApi } from './jira-api.ts';

/** What we fill in ourselves: a request type that does not show them refuses the request. */
const OURS = ['summary', 'description'];

/**
 * Whether the service desk is of the project, and whether the request type shows what is sent and is given what it asks for:
 * `GET /rest/servicedeskapi/servicedesk/{id}` and `…/requesttype/{id}/field` (developer.atlassian.com/cloud/jira/
 * service-desk/rest, "Get service desk by id", "Get request type fields"; the same in Data Center). Makes nothing.
 */
export async function checkRequestType(
  config: JiraConfig,
  { id, requestTypeId }: NonNullable<JiraConfig['serviceDesk']>,
  api: JiraApi,
): Promise<ChannelCheck> {
  const path = `/rest/servicedeskapi/servicedesk/${encodeURIComponent(id)}`;
  const desk = await api.call('GET', path);
  if (desk.kind !== 'ok') return wrong(`service desk ${id}: ${said(desk)}`);
  const key = textOf(desk.body['projectKey']);
  if (key !== config.project)
    return wrong(
      `service desk ${id} is of project ${key}, not of ${config.project}: issues are looked for there`,
    );
  const answer = await api.call('GET', `${path}/requesttype/${encodeURIComponent(requestTypeId)}/field`);
  if (answer.kind !== 'ok') return wrong(`request type ${requestTypeId}: ${said(answer)}`);
  const fields = listOf(answer.body['requestTypeFields']);
  const shown = new Set(fields.map((one) => textOf(one['fieldId'])));
  const given = [...OURS, ...config.fields.map((one) => one.id)];
  const hidden = given.filter((one) => !shown.has(one));
  if (hidden.length > 0)
    return wrong(
      `request type ${requestTypeId} does not show ${hidden.join(', ')}, and refuses requests with it`,
    );
  const missing = fields
    .filter((one) => one['required'] === true && one['visible'] !== false)
    .filter((one) => listLength(one['defaultValues']) + listLength(one['presetValues']) === 0)
    .filter((one) => !given.includes(textOf(one['fieldId'])))
    .map((one) => `${textOf(one['fieldId'])} (${textOf(one['name'])})`);
  return missing.length === 0
    ? { found: `the token may make requests of type ${requestTypeId} in ${config.project}` }
    : wrong(`fields that a new request needs are missing: ${missing.join(', ')}`);
}

function listLength(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
