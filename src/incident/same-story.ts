import { isOfTail } from '../domain/fingerprint.ts';
import type { Incident } from '../domain/incident.ts';
import type { Observation } from './port.ts';

/** Part of a finding's evidence that an open incident already shows, from which on the two are one. */
const SAME_STORY = 0.5;

/** An incident, and the components that it has shown by key. */
export interface Told {
  readonly incident: Incident;
  readonly shown: ReadonlySet<string>;
}

/** Whether an incident has shown most of what an observation shows. */
export function showsMost({ shown }: Told, { hot }: Observation): boolean {
  const total = hot.reduce((sum, { weight }) => sum + weight, 0);
  const known = hot.reduce((sum, { component, weight }) => sum + (shown.has(component) ? weight : 0), 0);
  return known >= SAME_STORY * total;
}

/**
 * Whether a component was shown by an open incident that is older than `own` (all are, where that is not open yet): its failures are
 * that one's harm, or a storm of them would make an outage of each thing that is found in it.
 */
export function shownByEarlier(live: readonly Told[], own: Told | undefined): (component: string) => boolean {
  const ownFrom = own?.incident.openedAt ?? Number.POSITIVE_INFINITY;
  const earlier = live.filter(({ incident }) => incident.state !== 'resolved' && incident.openedAt < ownFrom);
  return (component) => earlier.some(({ shown }) => shown.has(component));
}

/**
 * Whether open incidents that tell of more than the tail say enough: one about the suspect of an observation of the tail, or with its
 * evidence; any, while it would open something new, as tails are sooner their echo than a fault of their own.
 */
export function isToldBy(live: readonly Told[], observation: Observation): boolean {
  const { fingerprint } = observation;
  const open = live.filter(({ incident }) => incident.state !== 'resolved');
  const goesOn = open.some(({ incident }) => incident.fingerprint === fingerprint);
  return open.some(
    (told) =>
      !isOfTail(told.incident) &&
      (!goesOn || fingerprint.endsWith(` ${told.incident.fingerprint}`) || showsMost(told, observation)),
  );
}
