import type { Draws } from './distribution.ts';

const SYLLABLES = ['ba', 'co', 'di', 'fu', 'ge', 'ha', 'ki', 'lo', 'mu', 'ne', 'pa', 'qui', 'ro', 'su', 'te', 'vi'] as const; // prettier-ignore

/** A route with a word in it that no normalisation takes for an id: one of a million. */
export function unboundedName(draws: Draws): string {
  let word = '';
  for (let i = 0; i < 5; i++) word += SYLLABLES[Math.floor(draws.uniform() * SYLLABLES.length)];
  return `GET /lookup/${word}`;
}
