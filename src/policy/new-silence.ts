import { parseNamedMatcher, patternProblem } from '../domain/matcher.ts';
import { idleMatcher } from '../domain/matcher-words.ts';
import { type Matcher, MATCHER_NAMES, type Silence } from '../domain/silence.ts';
import type { NewSilence } from './port.ts';

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

function matcherProblem(matcher: Matcher): string | undefined {
  const { operator, value } = matcher;
  if (value.length > MAX_VALUE_LENGTH) return `may have at most ${MAX_VALUE_LENGTH} characters`;
  const pattern = operator === '=~' || operator === '!~' ? patternProblem(value) : undefined;
  return pattern ?? idleMatcher(matcher);
}

/** One of a silence's matchers, from its text; undefined when it is none. */
export function parseMatcher(text: string): Matcher | undefined {
  return parseNamedMatcher(text, MATCHER_NAMES);
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
