import type { Clock } from '../../runtime/index.ts';
import type { ChannelCheck } from '../channel-check.ts';
import type { JiraConfig } from '../port.ts';
import { listOf, said, textOf, wrong } from './check-answers.ts';
import { checkRequestType } from './check-request-type.ts';
import { createJiraApi } from './jira-api.ts';

/** What we fill in ourselves. */
const OURS = new Set(['project', 'issuetype', 'summary', 'description', 'labels', 'reporter']);

/**
 * Whether the token may make issues of the type, and which required fields nobody fills in: `GET
 * /issue/createmeta/{project}/issuetypes` and `/{id}` (Cloud lists them as `issueTypes` and `fields`, Data Center as
 * `values`). Makes nothing.
 */
export async function checkJira(config: JiraConfig, clock: Clock): Promise<ChannelCheck> {
  const api = createJiraApi(config, clock);
  if (config.serviceDesk !== undefined) return checkRequestType(config, config.serviceDesk, api);
  const path = `/issue/createmeta/${encodeURIComponent(config.project)}/issuetypes`;
  const types = await api.call('GET', `${path}?maxResults=200`);
  if (types.kind !== 'ok') return wrong(`project ${config.project}: ${said(types)}`);
  const known = listOf(types.body['issueTypes'] ?? types.body['values']);
  const type = known.find((one) => one['name'] === config.issueType);
  if (type === undefined) {
    const names = known.map((one) => textOf(one['name'])).slice(0, 20);
    return wrong(
      `project ${config.project} has no issue type ${JSON.stringify(config.issueType)}; it has: ${names.join(', ')}`,
    );
  }
  const fields = await api.call('GET', `${path}/${encodeURIComponent(textOf(type['id']))}?maxResults=200`);
  if (fields.kind !== 'ok') return wrong(`issue type ${config.issueType}: ${said(fields)}`);
  const given = new Set([...OURS, ...config.fields.map(({ id }) => id)]);
  const missing = listOf(fields.body['fields'] ?? fields.body['values'])
    .filter((one) => one['required'] === true && one['hasDefaultValue'] !== true)
    .filter((one) => !given.has(textOf(one['fieldId'])))
    .map((one) => `${textOf(one['fieldId'])} (${textOf(one['name'])})`);
  return missing.length === 0
    ? { found: `the token may make issues of type ${config.issueType} in ${config.project}` }
    : wrong(`fields that a new issue needs are missing: ${missing.join(', ')}`);
}
