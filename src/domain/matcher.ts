import { MATCHER_OPERATORS, type MatcherOperator } from './silence.ts';

/** `NAME OP VALUE` as in Alertmanager; `name` is one of those that were asked for. */
export interface NamedMatcher<Name extends string> {
  readonly name: Name;
  readonly operator: MatcherOperator;
  readonly value: string;
}

/** `service=payment`, `severity!~"P0|P1"`: the grammar of Alertmanager's matchers. Undefined when it is none, or of another name. */
export function parseNamedMatcher<Name extends string>(
  text: string,
  names: readonly Name[],
): NamedMatcher<Name> | undefined {
  const found = /^\s*(\w+)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\["\\])*)"|([^"]*?))\s*$/s.exec(text);
  const name = names.find((known) => known === found?.[1]);
  const operator = MATCHER_OPERATORS.find((known): known is MatcherOperator => known === found?.[2]);
  if (found === null || name === undefined || operator === undefined) return undefined;
  // With the `s` flag, either group may be absent; the types do not know.
  const [quoted, bare] = [found[3] as string | undefined, found[4] as string | undefined];
  return { name, operator, value: quoted?.replace(/\\(["\\])/g, '$1') ?? bare ?? '' };
}

/** Names of spans are cut to 200 characters where they are interned, by default. */
const MAX_SUBJECT_LENGTH = 256;

/** Whether `text` is what `operator` and `value` ask for. Text beyond `MAX_SUBJECT_LENGTH` characters is not looked at. */
export function textMatches(operator: MatcherOperator, value: string, text: string): boolean {
  const subject = text.slice(0, MAX_SUBJECT_LENGTH);
  switch (operator) {
    case '=':
      return subject === value;
    case '!=':
      return subject !== value;
    case '=~':
      return anchored(value).test(subject);
    case '!~':
      return !anchored(value).test(subject);
  }
}

/** As Alertmanager does: `^(?:...)$`, and a dot is any character. */
function anchored(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'su');
}

/**
 * Why a pattern is refused; undefined when it may be used. JavaScript's expressions backtrack, and they run where spans
 * are judged: so no repeated groups, no references back, and at most three repetitions, which bounds a match of 256
 * characters to some milliseconds.
 */
export function patternProblem(pattern: string): string | undefined {
  try {
    anchored(pattern);
  } catch {
    return 'is not a regular expression';
  }
  const bare = pattern.replace(/\\[^\dk]/gs, 'x').replace(/\[[^\]]*\]/g, 'x');
  if (/\\[\dk]/.test(bare)) return 'must not refer back to a group';
  if (/\)[*+{?]/.test(bare)) return 'must not repeat a group';
  if (/\(\?[=!<]/.test(bare)) return 'must not look ahead or behind';
  return (bare.match(/[*+{]/g)?.length ?? 0) > MAX_REPETITIONS
    ? `must not have more than ${MAX_REPETITIONS} repetitions`
    : undefined;
}

const MAX_REPETITIONS = 3;
