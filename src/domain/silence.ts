/** What a matcher looks at; each of the incident's first suspect, but `severity`. Absent parts are the empty text. */
export const MATCHER_NAMES = [
  'service',
  'environment',
  'namespace',
  'operation',
  'severity',
  'kind',
] as const;
export type MatcherName = (typeof MATCHER_NAMES)[number];

/** As in Alertmanager: equal, not equal, matches, matches not. Regular expressions match the whole text. */
export const MATCHER_OPERATORS = ['=', '!=', '=~', '!~'] as const;
export type MatcherOperator = (typeof MATCHER_OPERATORS)[number];

export interface Matcher {
  readonly name: MatcherName;
  readonly operator: MatcherOperator;
  readonly value: string;
}

/** Incidents that all matchers match are told to nobody in [startsAt, endsAt), epoch ms by the wall clock. */
export interface Silence {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly startsAt: number;
  readonly endsAt: number;
  readonly createdAt: number;
  /** As told by the caller: untrusted text, at most 100 characters. */
  readonly createdBy: string;
  /** Why, at most 500 characters. */
  readonly comment: string;
  /** Who ended it before its time; `endsAt` is when. */
  readonly expiredBy?: string;
}

export type SilenceState = 'pending' | 'active' | 'expired';

export function silenceState({ startsAt, endsAt }: Silence, nowMs: number): SilenceState {
  if (nowMs >= endsAt) return 'expired';
  return nowMs < startsAt ? 'pending' : 'active';
}
