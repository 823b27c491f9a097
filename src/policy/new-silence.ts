import {
  type Matcher,
  MATCHER_NAMES,
  MATCHER_OPERATORS,
  type MatcherName,
  type MatcherOperator,
  type Silence,
} from '../domain/silence.ts';
import type { NewSilence } from './port.ts';
import { patternProblem } from './silence.ts';

/** Longer ones are mistakes (a time in seconds, a wrong year); a service that is off for good needs no incidents. */
const MAX_DURATION_MS = 366 * 24 * 3_600_000;
const MAX_MATCHERS = 10;
const MAX_VALUE_LENGTH = 200;
const MAX_BY_LENGTH = 100;
const MAX_COMMENT_LENGTH = 500;

/** The field and what is wrong with it, in our words; undefined when the silence can be added. */
export function silenceProblem(
  silence: NewSilence,
  nowMs: number,
): { readonly field: string; readonly reason: string } | undefined {
  const { matchers, startsAt = nowMs, endsAt, by, comment } = silence;
  if (matchers.length === 0 || matchers.length > MAX_MATCHERS) {
    return { field: 'matchers', reason: `needs 1 to ${MAX_MATCHERS}` };
  }
  for (const [index, matcher] of matchers.entries()) {
    const reason = matcherProblem(matcher);
    if (reason !== undefined) return { field: `matchers[${index}].value`, reason };
  }
  if (!Number.isFinite(startsAt)) return { field: 'startsAt', reason: 'is not a time' };
  if (!Number.isFinite(endsAt) || endsAt <= nowMs)
    return { field: 'endsAt', reason: 'must be in the future' };
  if (endsAt <= startsAt) return { field: 'endsAt', reason: 'must be after the start' };
  if (endsAt - startsAt > MAX_DURATION_MS)
    return { field: 'endsAt', reason: 'is more than a year after the start' };
  if (by.trim() === '' || by.length > MAX_BY_LENGTH)
    return { field: 'by', reason: `needs 1 to ${MAX_BY_LENGTH} characters` };
  return comment.length > MAX_COMMENT_LENGTH
    ? { field: 'comment', reason: `may have at most ${MAX_COMMENT_LENGTH} characters` }
    : undefined;
}

function matcherProblem({ operator, value }: Matcher): string | undefined {
  if (value.length > MAX_VALUE_LENGTH) return `may have at most ${MAX_VALUE_LENGTH} characters`;
  return operator === '=~' || operator === '!~' ? patternProblem(value) : undefined;
}

/** `service=payment`, `severity!~"P0|P1"`: the grammar of Alertmanager's matchers. Undefined when it is none. */
export function parseMatcher(text: string): Matcher | undefined {
  const found = /^\s*(\w+)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\["\\])*)"|([^"]*?))\s*$/s.exec(text);
  const name = MATCHER_NAMES.find((known): known is MatcherName => known === found?.[1]);
  const operator = MATCHER_OPERATORS.find((known): known is MatcherOperator => known === found?.[2]);
  if (found === null || name === undefined || operator === undefined) return undefined;
  // With the `s` flag, either group may be absent; the types do not know.
  const [quoted, bare] = [found[3] as string | undefined, found[4] as string | undefined];
  return { name, operator, value: quoted?.replace(/\\(["\\])/g, '$1') ?? bare ?? '' };
}

export function printMatcher({ name, operator, value }: Matcher): string {
  return `${name}${operator}"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** Made from the time and a counter that the caller draws: sortable, no meaning. */
export function newSilence(silence: NewSilence, nowMs: number, random: () => number): Silence {
  const { matchers, startsAt = nowMs, endsAt, by, comment } = silence;
  const suffix = Math.floor(random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  return {
    id: `s${Math.floor(nowMs).toString(36)}${suffix}`,
    matchers,
    startsAt: Math.floor(startsAt),
    endsAt: Math.floor(endsAt),
    createdAt: Math.floor(nowMs),
    createdBy: by,
    comment,
  };
}
