import type { IncidentEvent } from '../domain/incident.ts';
import { textMatches } from '../domain/matcher.ts';
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

/** Whether one matcher says yes. */
export function matches({ name, operator, value }: Matcher, incident: SilenceSubject): boolean {
  return textMatches(operator, value, textOf(name, incident));
}

function textOf(name: MatcherName, { severity, finalSuspects: [first] }: SilenceSubject): string {
  if (name === 'severity') return severity;
  return first?.[name] ?? '';
}

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
