import { type JsonValue, parseJson } from '../../runtime/index.ts';
import type { JiraConfig } from '../port.ts';
import { bodyOf, listOf, objectOf, textOf } from './jira-answers.ts';
import type { JiraApi } from './jira-api.ts';

export type TransitionOutcome =
  | { readonly kind: 'done' }
  /** The state has no such way, or its screen asks for what nobody fills in; `reason` in our words, without texts of Jira's but names of fields. */
  | { readonly kind: 'stays'; readonly reason: string };

/**
 * Takes an issue along a transition: by its id or name, or by those of where it leads. Fields of its screen are filled in from
 * the configuration, by id or name (developer.atlassian.com/cloud/jira/platform/rest/v3, "Get transitions" with
 * `expand=transitions.fields`; the same in Data Center's v2); those that the screen does not have are not sent, since Jira
 * refuses them. Throws what `bodyOf` throws.
 */
export async function takeTransition(
  {
    api,
    key,
    signal,
  }: { readonly api: JiraApi; readonly key: string; readonly signal: AbortSignal | undefined },
  wanted: string,
  given: JiraConfig['transitionFields'] = [],
): Promise<TransitionOutcome> {
  const path = `/issue/${encodeURIComponent(key)}/transitions`;
  const answer = await api.call('GET', `${path}?expand=transitions.fields`, undefined, signal);
  const found = listOf(bodyOf(answer)['transitions']).find((one) =>
    [one['id'], one['name'], objectOf(one['to'])['name']].some((text) => isSame(text, wanted)),
  );
  if (found === undefined) return { kind: 'stays', reason: 'its state has no such transition' };
  const screen = Object.entries(objectOf(found['fields'])).map(([id, field]) => ({
    id,
    field: objectOf(field),
  }));
  const fields = Object.fromEntries(
    screen.flatMap(({ id, field }) => {
      const value = given.find((one) => isSame(id, one.id) || isSame(field['name'], one.id));
      return value === undefined ? [] : [[id, parsed(value.json)]];
    }),
  );
  const missing = screen.filter(
    ({ id, field }) =>
      field['required'] === true && field['hasDefaultValue'] !== true && !Object.hasOwn(fields, id),
  );
  if (missing.length > 0)
    return {
      kind: 'stays',
      reason: `the transition needs fields: ${missing.map(({ id }) => shownId(id)).join(', ')}`,
    };
  const body = { transition: { id: textOf(found['id']) }, ...(Object.keys(fields).length > 0 && { fields }) };
  const taken = await api.call('POST', path, body, signal);
  // A condition that is not in the screen, or a person who was faster: the comment says what there is to say.
  if (taken.kind === 'refused')
    return { kind: 'stays', reason: ['Jira refuses the transition', ...taken.fields].join(', ') };
  bodyOf(taken);
  return { kind: 'done' };
}

/** Names come in the language of the account unless asked for otherwise, in whatever case. */
function isSame(text: JsonValue | undefined, wanted: string): boolean {
  return textOf(text).toLowerCase() === wanted.toLowerCase();
}

export function parsed(json: string): JsonValue {
  const outcome = parseJson(json);
  return outcome.ok ? outcome.value : json;
}

function shownId(id: string): string {
  return /^[A-Za-z0-9_]{1,60}$/.test(id) ? id : 'one of a strange name';
}
