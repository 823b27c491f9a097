import type { Evidence } from '../domain/evidence.ts';
import type { Incident } from '../domain/incident.ts';

/** What goes on for so long after a piece of evidence has been seen whole: what it said so far is no news of now. */
const SO_FAR_MS = 60_000;

/**
 * Evidence with the figures that people are told: since it began, where what was judged has calm before that in it. What was seen
 * only so far is marked as that while it is new, and not of what is over.
 */
export function asTold(
  evidence: readonly Evidence[],
  { state, firing }: Pick<Incident, 'state' | 'firing'>,
): readonly Evidence[] {
  return evidence.map(({ sinceOnset, soFar, ...piece }) => {
    const goesOnMs = (firing.at(-1)?.[1] ?? piece.toMs) - piece.toMs;
    const isNew = soFar === true && state !== 'resolved' && goesOnMs < SO_FAR_MS;
    return { ...piece, ...sinceOnset, ...(isNew && { soFar }) };
  });
}
