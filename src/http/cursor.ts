import type { Place } from './incident-search.ts';

/** `1735786800000.5~20250102T…`: a place in a list as text that nobody needs to read. */
export function printPlace({ openedAt, id }: Place): string {
  return Buffer.from(`${openedAt}~${id}`).toString('base64url');
}

/** Undefined when it is no cursor of ours. */
export function parsePlace(cursor: string): Place | undefined {
  const match = /^(-?\d+(?:\.\d+)?)~(.+)$/s.exec(Buffer.from(cursor, 'base64url').toString());
  return match === null ? undefined : { openedAt: Number(match[1]), id: match[2] };
}
