import type { JsonValue } from '../../runtime/index.ts';
import { asArray, asObject, asText, type JsonObject, objectIn } from './json-fields.ts';
import {
  type ReceiverOptions,
  startReceiver,
  type VendorReceiver,
  type VendorRequest,
  type VendorVerdict,
} from './receiver.ts';

export interface JiraOptions extends ReceiverOptions {
  readonly flavour: 'cloud' | 'data-center';
  /** `Basic …` or `Bearer …`. */
  readonly authorization: string;
  readonly project: string;
  /** Ids of fields that a new issue needs besides the usual ones. */
  readonly required?: readonly string[];
  /** Who may be assigned. */
  readonly people?: readonly string[];
}

export interface JiraIssue {
  readonly key: string;
  readonly fields: JsonObject;
  status: 'To Do' | 'Done';
  doneAt: number | undefined;
  readonly comments: JsonValue[];
  readonly properties: Map<string, JsonValue>;
}

export interface JiraService extends VendorReceiver<JsonObject> {
  issues(): readonly JiraIssue[];
  /** A person moves it on the board. */
  move(key: string, status: JiraIssue['status']): void;
  /** The next issue is made, and whoever asked for it hears 504 from a proxy. */
  loseAnswer(): void;
  /** The search index does not show what is made from now on. */
  lag(on: boolean): void;
}

type Verdict = VendorVerdict<JsonObject>;
const TYPES = [
  { id: '10001', name: 'Bug' },
  { id: '10002', name: 'Task' },
];

/**
 * Jira as far as a ticketing client sees it, with the documented rules: Cloud REST v3 (developer.atlassian.com/cloud/jira/
 * platform/rest/v3: create, search/jql, comments and descriptions in ADF, transitions, entity properties, createmeta) and
 * Data Center v2 (docs.atlassian.com/software/jira/docs/api/REST: the same with texts in wiki markup and /search).
 * Summaries: 1 to 255 characters, one line; labels without spaces; texts at most 32,767 characters; no empty ADF text.
 */
export async function startJira(options: JiraOptions): Promise<JiraService> {
  const issues: JiraIssue[] = [];
  const unindexed = new Set<string>();
  let lagging = false;
  let losing = false;
  const version = options.flavour === 'cloud' ? 3 : 2;
  const base = `/rest/api/${version}`;
  const find = (key: string): JiraIssue | undefined => issues.find((issue) => issue.key === key);
  const create = (body: JsonObject): Verdict => {
    const fields = asObject(body['fields']) ?? {};
    const errors = brokenFields(fields, options);
    if (Object.keys(errors).length > 0) return refused(400, errors);
    const key = `${options.project}-${issues.length + 1}`;
    const properties = propertiesIn(body);
    issues.push({ key, fields, status: 'To Do', doneAt: undefined, comments: [], properties });
    if (lagging) unindexed.add(key);
    if (losing) {
      losing = false;
      return { answer: { status: 504, body: '<html>gateway timeout</html>' }, violations: [] };
    }
    return ok({ id: String(10_000 + issues.length), key, self: 'x' }, 201, body);
  };
  const search = (body: JsonObject): Verdict =>
    searched(
      body,
      issues.filter(({ key }) => !unindexed.has(key)),
    );
  const receiver = await startReceiver(base, options, (request): Verdict => {
    if (request.headers.authorization !== options.authorization) return refused(401, {});
    const path = (request.path.split('?')[0] ?? '').slice(base.length);
    if (!request.path.startsWith(base)) return refused(404, {});
    const body = objectIn(request.body) ?? {};
    if (path === '/issue') return create(body);
    if (path === (version === 3 ? '/search/jql' : '/search')) return search(body);
    if (path.startsWith('/issue/createmeta/')) return createMeta(path, options);
    const [, , key = '', part = '', name = ''] = path.split('/');
    const issue = find(key);
    return issue === undefined ? refused(404, {}) : ofIssue(issue, { part, name, body, request }, options);
  });
  return {
    ...receiver,
    url: new URL(receiver.url).origin,
    issues: () => issues,
    move: (key, status) => {
      const issue = find(key);
      if (issue !== undefined)
        [issue.status, issue.doneAt] = [status, status === 'Done' ? options.nowMs() : undefined];
    },
    loseAnswer: () => {
      losing = true;
    },
    lag: (on) => {
      lagging = on;
      if (!on) unindexed.clear();
    },
  };
}

function propertiesIn(body: JsonObject): Map<string, JsonValue> {
  const given = asArray(body['properties']).map((one) => asObject(one) ?? {});
  return new Map(given.map((one) => [asText(one['key']), one['value'] ?? null]));
}

function searched(body: JsonObject, indexed: readonly JiraIssue[]): Verdict {
  const jql = asText(body['jql']);
  const found = /^project = "(\w+)" AND labels = "([^"\s]+)" ORDER BY created DESC$/.exec(jql);
  if (found === null) return refused(400, { jql: 'unbounded, or not understood' });
  const hits = indexed.filter(({ fields }) => asArray(fields['labels']).includes(found[2]));
  return ok({ issues: hits.reverse().slice(0, Number(body['maxResults'])).map(shown) });
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
      return ok(shown(issue));
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
      if (reads) return ok({ transitions: [way] });
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

function createMeta(path: string, { project, flavour, required = [] }: JiraOptions): Verdict {
  const [, , , asked = '', , type] = path.split('/');
  if (asked !== project) return refused(404, {});
  if (type === undefined) return ok({ [flavour === 'cloud' ? 'issueTypes' : 'values']: TYPES });
  const usual = ['summary', 'project', 'issuetype'].map((fieldId) => ({
    fieldId,
    name: fieldId,
    required: true,
    hasDefaultValue: false,
  }));
  const more = required.map((fieldId) => ({
    fieldId,
    name: `Field ${fieldId}`,
    required: true,
    hasDefaultValue: false,
  }));
  return ok({ [flavour === 'cloud' ? 'fields' : 'values']: [...usual, ...more] });
}

function brokenFields(fields: JsonObject, options: JiraOptions): Record<string, string> {
  const errors: Record<string, string> = {};
  const summary = asText(fields['summary']);
  if (asText(asObject(fields['project'])?.['key']) !== options.project)
    errors['project'] = 'valid project is required';
  if (!TYPES.some(({ name }) => name === asObject(fields['issuetype'])?.['name']))
    errors['issuetype'] = 'valid type is required';
  if (summary === '' || summary.length > 255 || /[\r\n]/.test(summary))
    errors['summary'] = '1 to 255 characters, one line';
  if (asArray(fields['labels']).some((label) => /\s/.test(asText(label)))) errors['labels'] = 'no spaces';
  const text = brokenText(fields['description'], options);
  if (text !== undefined) errors['description'] = text;
  for (const id of options.required ?? []) if (fields[id] === undefined) errors[id] = 'is required';
  const assignee = asObject(fields['assignee'])?.[options.flavour === 'cloud' ? 'accountId' : 'name'];
  if (fields['assignee'] !== undefined && !(options.people ?? []).includes(asText(assignee)))
    errors['assignee'] = 'cannot be assigned';
  return errors;
}

function brokenText(value: JsonValue | undefined, { flavour }: JiraOptions): string | undefined {
  if (flavour === 'data-center') {
    const text = asText(value);
    return text === '' || text.length > 32_767 ? 'a text of at most 32,767 characters' : undefined;
  }
  const doc = asObject(value);
  if (doc?.['type'] !== 'doc' || doc['version'] !== 1) return 'not an ADF document';
  const nodes = asArray(doc['content']).flatMap((paragraph) => asArray(asObject(paragraph)?.['content']));
  const texts = nodes.map((node) => asText(asObject(node)?.['text']));
  if (nodes.length === 0 || texts.includes('')) return 'empty text node';
  return texts.join('').length > 32_767 ? 'too long' : undefined;
}

function shown({ key, status, doneAt }: JiraIssue): JsonObject {
  const category = { key: status === 'Done' ? 'done' : 'new' };
  const resolutiondate = doneAt === undefined ? null : new Date(doneAt).toISOString();
  return { key, fields: { status: { name: status, statusCategory: category }, resolutiondate } };
}

function ok(body: JsonObject, status = 200, accepted?: JsonObject): Verdict {
  return {
    answer: { status, body: JSON.stringify(body) },
    ...(accepted === undefined ? {} : { accepted }),
    violations: [],
  };
}

function refused(status: number, errors: Record<string, string>): Verdict {
  return {
    answer: { status, body: JSON.stringify({ errorMessages: [], errors }) },
    violations: Object.entries(errors).map(([field, why]) => `${field}: ${why}`),
  };
}
