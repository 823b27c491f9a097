import { bodyOf, objectOf, textOf } from './jira-answers.ts';
import type { IssuePlace } from './jira-request.ts';

/** The entity property in which we keep on an issue what is ours. */
const PROPERTY = 'spanwatch';

/** What we noted on an issue: property values hold 32,768 bytes, this some hundred. */
export interface IssueMark {
  /** The incident that was last told of in it. */
  readonly incident: string;
  /** Its end is ours: written before we close it, taken back when it stays or comes back. */
  readonly closed: boolean;
  /** The message that stands in it as the last comment before our end. */
  readonly said?: string;
}

const NO_MARK: IssueMark = { incident: '', closed: false };

/** As a part of a new issue. */
export function markEntry(mark: IssueMark): object {
  return { key: PROPERTY, value: mark };
}

/** Throws what `bodyOf` throws. */
export async function readMark({ api, key, signal }: IssuePlace): Promise<IssueMark> {
  const answer = await api.call('GET', pathOf(key), undefined, signal);
  if (answer.kind === 'missing') return NO_MARK;
  const value = objectOf(bodyOf(answer)['value']);
  const said = textOf(value['said']);
  return {
    incident: textOf(value['incident']),
    closed: value['closed'] === true,
    ...(said !== '' && { said }),
  };
}

/** Throws what `bodyOf` throws. */
export async function writeMark({ api, key, signal }: IssuePlace, mark: IssueMark): Promise<void> {
  bodyOf(await api.call('PUT', pathOf(key), mark, signal));
}

function pathOf(key: string): string {
  return `/issue/${encodeURIComponent(key)}/properties/${PROPERTY}`;
}
