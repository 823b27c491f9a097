import type { Suspect } from './suspect.ts';

/** Whether two suspects are one service, whichever of its pods, versions or hosts they name, or one dependency. */
export function isSameUnit(a: Suspect, b: Suspect): boolean {
  if ((a.kind === 'dependency') !== (b.kind === 'dependency')) return false;
  if (b.kind === 'dependency') return a.peer === b.peer;
  return a.service === b.service && a.namespace === b.namespace && a.environment === b.environment;
}
