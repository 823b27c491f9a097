import type { JsonValue } from '../../runtime/index.ts';
import type { JiraIssue, JiraOptions } from './jira-site.ts';
import { asArray, asObject, asText, type JsonObject } from './json-fields.ts';
import type { VendorVerdict } from './receiver.ts';

export type Verdict = VendorVerdict<JsonObject>;
const TYPES = [
  { id: '10001', name: 'Bug' },
  { id: '10002', name: 'Task' },
];

/** `{update: {labels: [{add}]}}` alone. */
export function edited(issue: JiraIssue, body: JsonObject): Verdict {
  const changes = asArray(asObject(body['update'])?.['labels']);
  const added = changes.map((one) => asText(asObject(one)?.['add']));
  if (added.length === 0 || added.some((label) => label === '' || /\s/.test(label)))
    return refused(400, { labels: 'no spaces' });
  const fields = issue.fields as Record<string, JsonValue>;
  fields['labels'] = [...new Set([...asArray(fields['labels']), ...added])];
  return { answer: { status: 204, body: '' }, violations: [] };
}

export function createMeta(path: string, { project, flavour, required = [] }: JiraOptions): Verdict {
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

/** What `servicedesk/{id}` and `servicedesk/{id}/requesttype/{id}/field` answer; `path` is what comes after the first part. */
export function serviceDesk(path: string, { project, serviceDesk: desk }: JiraOptions): Verdict {
  const [id, part, type, rest] = path.split('/');
  if (desk === undefined || id !== desk.id) return refused(404, {});
  if (part === undefined) return ok({ id, projectId: '1', projectKey: project, projectName: 'x' });
  if (part !== 'requesttype' || type !== desk.requestTypeId || rest !== 'field') return refused(404, {});
  const field = (fieldId: string, more: JsonObject): JsonObject => ({
    ...{
      fieldId,
      name: `Field ${fieldId}`,
      required: false,
      visible: true,
      defaultValues: [],
      presetValues: [],
    },
    ...more,
  });
  return ok({
    requestTypeFields: [
      field('summary', { required: true }),
      field('description', {}),
      field('priority', { required: true, defaultValues: [{ value: '3', label: 'Medium' }] }),
      field('security', { required: true, visible: false, presetValues: ['10100'] }),
      ...(desk.required ?? []).map((fieldId) => field(fieldId, { required: true })),
    ],
    canRaiseOnBehalfOf: true,
    canAddRequestParticipants: true,
  });
}

export function brokenFields(fields: JsonObject, options: JiraOptions): Record<string, string> {
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

export function brokenText(value: JsonValue | undefined, { flavour }: JiraOptions): string | undefined {
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

export function shown({ key, status, doneAt }: JiraIssue): JsonObject {
  const category = { key: status === 'Done' ? 'done' : 'new' };
  const resolutiondate = doneAt === undefined ? null : new Date(doneAt).toISOString();
  return { key, fields: { status: { name: status, statusCategory: category }, resolutiondate } };
}

export function ok(body: JsonObject, status = 200, accepted?: JsonObject): Verdict {
  return {
    answer: { status, body: JSON.stringify(body) },
    ...(accepted === undefined ? {} : { accepted }),
    violations: [],
  };
}

export function refused(status: number, errors: Record<string, string>): Verdict {
  return {
    answer: { status, body: JSON.stringify({ errorMessages: [], errors }) },
    violations: Object.entries(errors).map(([field, why]) => `${field}: ${why}`),
  };
}
