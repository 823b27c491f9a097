import type { Clock, JsonValue } from '../../runtime/index.ts';
import type { ChannelCheck } from '../check-channel.ts';
import type { JiraConfig } from '../port.ts';
import { createJiraApi, type JiraAnswer } from './jira-api.ts';

/** What we fill in ourselves. */
const OURS = new Set(['project', 'issuetype', 'summary', 'description', 'labels', 'reporter']);

/**
 * Whether the token may make issues of the type, and which required fields nobody fills in: `GET
 * /issue/createmeta/{project}/issuetypes` and `/{id}` (Cloud lists them as `issueTypes` and `fields`, Data Center as
 * `values`). Makes nothing.
 */
export async function checkJira(config: JiraConfig, clock: Clock): Promise<ChannelCheck> {
  const api = createJiraApi(config, clock);
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

function wrong(problem: string): ChannelCheck {
  return { found: 'jira', problem };
}

function said(answer: Exclude<JiraAnswer, { kind: 'ok' }>): string {
  if (answer.kind === 'missing') return 'HTTP 404: it is not there, or the token may not see it';
  if (answer.kind === 'refused') return `HTTP ${answer.status}`;
  return answer.outcome.kind === 'sent' ? '' : answer.outcome.reason;
}

function listOf(value: JsonValue | undefined): readonly Readonly<Record<string, JsonValue>>[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (one): one is Readonly<Record<string, JsonValue>> =>
      one !== null && typeof one === 'object' && !Array.isArray(one),
  );
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
