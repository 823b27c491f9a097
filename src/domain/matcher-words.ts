import { SEVERITIES } from './incident.ts';
import { type NamedMatcher, textMatches } from './matcher.ts';
import type { SuspectKind } from './suspect.ts';

const KINDS: readonly SuspectKind[] = ['service', 'dependency', 'instance', 'version', 'host', 'rule'];

/** Why a matcher of something that has few words says the same of every incident; undefined when it tells them apart. */
export function idleMatcher({ name, operator, value }: NamedMatcher<string>): string | undefined {
  const words = name === 'severity' ? SEVERITIES : name === 'kind' ? KINDS : undefined;
  if (words === undefined) return undefined;
  const asked = operator === '=' || operator === '!=' ? '=' : '=~';
  if (words.some((word) => textMatches(asked, value, word))) return undefined;
  return `${JSON.stringify(value)} fits none of ${words.join(', ')}`;
}
