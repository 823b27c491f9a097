import type { JsonValue } from '../../runtime/index.ts';
import { asArray, asObject, asText, type JsonObject, objectIn } from './json-fields.ts';
import {
  brokenFields,
  brokenText,
  createMeta,
  edited,
  ok,
  refused,
  serviceDesk,
  shown,
  type Verdict,
} from './jira-rules.ts';
import type { JiraIssue, JiraOptions } from './jira-site.ts';
import { startReceiver, type VendorReceiver, type VendorRequest } from './receiver.ts';

export interface JiraService extends VendorReceiver<JsonObject> {
  issues(): readonly JiraIssue[];
  /** A person moves it on the board. */
  move(key: string, status: JiraIssue['status']): void;
  /** The next issue is made, and whoever asked for it hears 504 from a proxy. */
  loseAnswer(): void;
  /** The search index does not show what is made from now on. */
  lag(on: boolean): void;
}

/**
 * Jira as far as a ticketing client sees it, with the documented rules: Cloud REST v3 (developer.atlassian.com/cloud/jira/
 * platform/rest/v3: create, search/jql, comments and descriptions in ADF, transitions, entity properties, createmeta) and
 * Data Center v2 (docs.atlassian.com/software/jira/docs/api/REST: the same with texts in wiki markup and /search).
 * Summaries: 1 to 255 characters, one line; labels without spaces; texts at most 32,767 characters; no empty ADF text.
 */
export async function startJira(options: JiraOptions): Promise<JiraService> {
  const issues: JiraIssue[] = [];
  const unindexed = new Set<string>();
  const mood = { lagging: false, losing: false };
  const version = options.flavour === 'cloud' ? 3 : 2;
  const site = options.contextPath ?? '';
  const base = `${site}/rest/api/${version}`;
  const requests = `${site}/rest/servicedeskapi/request`;
  const desks = `${site}/rest/servicedeskapi/servicedesk/`;
  const find = (key: string): JiraIssue | undefined => issues.find((issue) => issue.key === key);
  const { create, ask } = creating(options, { issues, unindexed, mood });
  const search = (body: JsonObject): Verdict =>
    searched(
      body,
      issues.filter(({ key }) => !unindexed.has(key)),
    );
  const receiver = await startReceiver(base, options, (request): Verdict => {
    if (request.headers.authorization !== options.authorization) return refused(401, {});
    const path = (request.path.split('?')[0] ?? '').slice(base.length);
    if (request.path === requests) return ask(objectIn(request.body) ?? {});
    if (request.path.startsWith(desks)) return serviceDesk(request.path.slice(desks.length), options);
    if (!request.path.startsWith(base)) return refused(404, {});
    const body = objectIn(request.body) ?? {};
    if (path === '/issue') return create(body);
    if (path === (version === 3 ? '/search/jql' : '/search')) return search(body);
    if (path === '/issueLink') return linked(body, find);
    if (path.startsWith('/issue/createmeta/')) return createMeta(path, options);
    const [, , key = '', part = '', name = ''] = path.split('/');
    const issue = find(key);
    return issue === undefined ? refused(404, {}) : ofIssue(issue, { part, name, body, request }, options);
  });
  return {
    ...receiver,
    url: `${new URL(receiver.url).origin}${site}`,
    issues: () => issues,
    move: (key, status) => {
      const issue = find(key);
      if (issue !== undefined)
        [issue.status, issue.doneAt] = [status, status === 'Done' ? options.nowMs() : undefined];
    },
    loseAnswer: () => {
      mood.losing = true;
    },
    lag: (on) => {
      mood.lagging = on;
      if (!on) unindexed.clear();
    },
  };
}

interface Board {
  readonly issues: JiraIssue[];
  /** Made while the search index lagged. */
  readonly unindexed: Set<string>;
  readonly mood: { lagging: boolean; losing: boolean };
}

/** The two ways to a new issue: as one, and as a customer request. */
function creating(
  options: JiraOptions,
  { issues, unindexed, mood }: Board,
): Record<'create' | 'ask', (body: JsonObject) => Verdict> {
  const create = (body: JsonObject): Verdict => {
    const fields = asObject(body['fields']) ?? {};
    const errors = brokenFields(fields, options);
    if (Object.keys(errors).length > 0) return refused(400, errors);
    return made(fields, propertiesIn(body), body);
  };
  const made = (fields: JsonObject, properties: JiraIssue['properties'], body: JsonObject): Verdict => {
    const key = `${options.project}-${issues.length + 1}`;
    issues.push({
      key,
      fields: { ...fields },
      status: 'To Do',
      doneAt: undefined,
      comments: [],
      properties,
      links: [],
    });
    if (mood.lagging) unindexed.add(key);
    if (mood.losing) {
      mood.losing = false;
      return { answer: { status: 504, body: '<html>gateway timeout</html>' }, violations: [] };
    }
    const id = String(10_000 + issues.length);
    return ok({ id, key, issueId: id, issueKey: key, self: 'x' }, 201, body);
  };
  /** developer.atlassian.com/cloud/jira/service-desk/rest, "Create customer request": what the type does not show is refused. */
  const ask = (body: JsonObject): Verdict => {
    const values = asObject(body['requestFieldValues']) ?? {};
    const { serviceDesk } = options;
    const required = serviceDesk?.required ?? [];
    const unknown = Object.keys(values).filter(
      (id) => id !== 'summary' && id !== 'description' && !required.includes(id),
    );
    const lacking = required.find((id) => values[id] === undefined);
    if (serviceDesk === undefined || body['serviceDeskId'] !== serviceDesk.id) return refused(404, {});
    if (body['requestTypeId'] !== serviceDesk.requestTypeId)
      return refused(400, { requestTypeId: 'no such type' });
    if (unknown.length > 0) return refused(400, { [unknown[0]]: 'is not on the request type' });
    if (asText(values['summary']) === '') return refused(400, { summary: 'is required' });
    if (lacking !== undefined) return refused(400, { [lacking]: 'is required' });
    return made({ ...values, labels: [] }, new Map(), body);
  };
  return { create, ask };
}

function propertiesIn(body: JsonObject): Map<string, JsonValue> {
  const given = asArray(body['properties']).map((one) => asObject(one) ?? {});
  return new Map(given.map((one) => [asText(one['key']), one['value'] ?? null]));
}

function searched(body: JsonObject, indexed: readonly JiraIssue[]): Verdict {
  const jql = asText(body['jql']);
  const found =
    /^project = "(\w+)" AND (?:labels = "([^"\s]+)"|\(labels = "([^"\s]+)" OR description ~ "([^"\s]+)"\)) ORDER BY created DESC$/.exec(
      jql,
    );
  if (found === null) return refused(400, { jql: 'unbounded, or not understood' });
  const label = found[2] ?? found[3] ?? '';
  const inText = ({ fields }: JiraIssue): boolean =>
    found[4] !== undefined && asText(fields['description']).split(/\s+/).includes(found[4]);
  const hits = indexed.filter((issue) => asArray(issue.fields['labels']).includes(label) || inText(issue));
  return ok({ issues: hits.reverse().slice(0, Number(body['maxResults'])).map(shown) });
}

/** "Create issue link": both must be there, and the type is one that Jira comes with. */
function linked(body: JsonObject, find: (key: string) => JiraIssue | undefined): Verdict {
  const keyOf = (side: string): string => asText(asObject(body[side])?.['key']);
  const [from, to] = [find(keyOf('inwardIssue')), find(keyOf('outwardIssue'))];
  if (asText(asObject(body['type'])?.['name']) !== 'Relates') return refused(404, {});
  if (from === undefined || to === undefined) return refused(404, {});
  from.links.push(to.key);
  to.links.push(from.key);
  return { answer: { status: 201, body: '' }, violations: [] };
}

interface IssueRequest {
  readonly part: string;
  readonly name: string;
  readonly body: JsonObject;
  readonly request: VendorRequest;
}

function ofIssue(
  issue: JiraIssue,
  { part, name, body, request }: IssueRequest,
  options: JiraOptions,
): Verdict {
  const reads = request.method === 'GET';
  switch (part) {
    case '':
      return reads ? ok(shown(issue)) : edited(issue, body);
    case 'assignee': {
      const who = asText(body[options.flavour === 'cloud' ? 'accountId' : 'name']);
      if (!(options.people ?? []).includes(who)) return refused(400, { assignee: 'cannot be assigned' });
      (issue.fields as Record<string, JsonValue>)['assignee'] = body;
      return { answer: { status: 204, body: '' }, violations: [] };
    }
    case 'comment': {
      const broken = brokenText(body['body'], options);
      if (broken !== undefined) return refused(400, { comment: broken });
      issue.comments.push(body['body'] ?? null);
      return ok({ id: '1' }, 201, body);
    }
    case 'transitions': {
      const way =
        issue.status === 'Done'
          ? { id: '31', name: 'Reopen', to: { name: 'To Do' } }
          : { id: '21', name: 'Resolve', to: { name: 'Done' } };
      const asked = issue.status === 'Done' ? [] : (options.asksOnResolve ?? []);
      const fields = Object.fromEntries(
        asked.map((id) => [id, { required: true, name: `Field ${id}`, hasDefaultValue: false }]),
      );
      const expands = request.path.includes('expand=transitions.fields');
      if (reads) return ok({ transitions: [expands ? { ...way, fields } : way] });
      const given = asObject(body['fields']) ?? {};
      const odd = Object.keys(given).find((id) => !asked.includes(id));
      if (odd !== undefined) return refused(400, { [odd]: 'is not on the screen' });
      const lacking = asked.find((id) => given[id] === undefined);
      if (lacking !== undefined) return refused(400, { [lacking]: 'is required' });
      if (asText(asObject(body['transition'])?.['id']) !== way.id)
        return refused(400, { transition: 'not valid here' });
      issue.status = issue.status === 'Done' ? 'To Do' : 'Done';
      issue.doneAt = issue.status === 'Done' ? options.nowMs() : undefined;
      return { answer: { status: 204, body: '' }, violations: [] };
    }
    case 'properties': {
      if (!reads) issue.properties.set(name, body);
      const value = issue.properties.get(name);
      return value === undefined ? refused(404, {}) : ok({ key: name, value });
    }
    default:
      return refused(404, {});
  }
}
