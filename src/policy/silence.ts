import type { IncidentEvent } from '../domain/incident.ts';
import { type Matcher, type MatcherName, type Silence, silenceState } from '../domain/silence.ts';
import type { SilenceSubject } from './port.ts';

/** Why nobody is told about `incident` at `nowMs`; undefined when people are. The first silence that matches. Pure. */
export function silencedBy(
  incident: SilenceSubject,
  silences: readonly Silence[],
  nowMs: number,
): string | undefined {
  const match = silences.find(
    (silence) =>
      silenceState(silence, nowMs) === 'active' && silence.matchers.every((one) => matches(one, incident)),
  );
  return match && `silence ${match.id} by ${match.createdBy}`;
}

/** Whether one matcher says yes. Text beyond `MAX_SUBJECT_LENGTH` characters is not looked at. */
export function matches({ name, operator, value }: Matcher, incident: SilenceSubject): boolean {
  const text = textOf(name, incident).slice(0, MAX_SUBJECT_LENGTH);
  switch (operator) {
    case '=':
      return text === value;
    case '!=':
      return text !== value;
    case '=~':
      return anchored(value).test(text);
    case '!~':
      return !anchored(value).test(text);
  }
}

/** Names of spans are cut to 200 characters where they are interned, by default. */
const MAX_SUBJECT_LENGTH = 256;

function textOf(name: MatcherName, { severity, finalSuspects: [first] }: SilenceSubject): string {
  if (name === 'severity') return severity;
  return first?.[name] ?? '';
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

/**
 * Why a message about an incident is held back. `reason`: the silence's, if one is in force; `untold`: people heard
 * nothing of this opening. Pure. An end is told to whoever was told of the beginning, silence or not, and to nobody else.
 */
export function heldBack(
  event: IncidentEvent['type'],
  reason: string | undefined,
  untold: boolean,
): string | undefined {
  if (event !== 'resolved') return reason;
  return untold ? (reason ?? 'nobody was told of the opening, which a silence held back') : undefined;
}
