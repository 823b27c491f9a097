import { effectOf, type EffectFloor, floorFor } from '../domain/effect-floor.ts';
import type { Incident } from '../domain/incident.ts';

export interface Gated {
  readonly followed: 'whole' | 'part' | 'none';
  readonly floors: readonly EffectFloor[];
  /** Past true incidents that the whole would have silenced. */
  readonly limitedBy: readonly string[];
}

/** Whether an incident would be found with these floors, by replaying what is kept; undefined when nothing is. */
export type WouldFind = (incident: Incident, floors: readonly EffectFloor[]) => boolean | undefined;

/** Parts of the raise that are tried, when the whole would silence a past incident. */
const PARTS = [0.75, 0.5, 0.25, 0];
/** Below an effect that must still fire, so that rounding does not decide. */
const BELOW = 0.95;

/** The floors that "not an anomaly" asks for: for the components that the evidence names, by what was seen. */
export function floorsOf(incident: Incident): EffectFloor[] {
  return incident.evidence.map(({ component, kind, observed, expected, direction }) => ({
    component,
    direction,
    least: floorFor(kind, effectOf(kind, observed, expected)),
  }));
}

/**
 * How far floors may go without silencing a past true incident. Each of `past` whose evidence names one of the components is replayed
 * with the floors that hold already (`before`) and with the new ones; where it would not be found any more, the new floors of its components
 * are lowered until it is. Where nothing is kept of it, its stored evidence must stay above them.
 */
export function gateFloors(
  asked: readonly EffectFloor[],
  {
    before,
    past,
    wouldFind,
  }: { before: readonly EffectFloor[]; past: readonly Incident[]; wouldFind: WouldFind },
): Gated {
  let floors = asked;
  const limitedBy: string[] = [];
  for (const incident of past) {
    const named = new Set(incident.evidence.map(({ component }) => component));
    if (!floors.some(({ component }) => named.has(component))) continue;
    const held = hold(incident, { floors, before, wouldFind });
    if (held === floors) continue;
    limitedBy.push(incident.id);
    floors = held;
  }
  const kept = floors.filter(({ least }) => least > 0);
  const followed = limitedBy.length === 0 ? 'whole' : kept.length === 0 ? 'none' : 'part';
  return { followed, floors: kept, limitedBy };
}

/** The floors lowered as far as the incident needs; the same list when it needs nothing. */
function hold(
  incident: Incident,
  {
    floors,
    before,
    wouldFind,
  }: { floors: readonly EffectFloor[]; before: readonly EffectFloor[]; wouldFind: WouldFind },
): readonly EffectFloor[] {
  const was = wouldFind(incident, before);
  if (was === undefined || !was) return aboveFloors(incident, floors);
  const named = new Set(incident.evidence.map(({ component }) => component));
  const isFound = (some: readonly EffectFloor[]): boolean =>
    wouldFind(incident, [...before, ...some]) === true;
  if (isFound(floors)) return floors;
  for (const part of PARTS) {
    const lowered = floors.map((floor) =>
      named.has(floor.component) ? { ...floor, least: floor.least * part } : floor,
    );
    if (isFound(lowered)) return lowered;
  }
  return floors.map((floor) => ({ ...floor, least: 0 }));
}

/** Nothing is kept to replay: every piece of its evidence must still be heard. */
function aboveFloors(incident: Incident, floors: readonly EffectFloor[]): readonly EffectFloor[] {
  let changed = false;
  const lowered = floors.map((floor) => {
    const shown = incident.evidence.find(
      ({ component, direction }) => component === floor.component && direction === floor.direction,
    );
    if (shown === undefined) return floor;
    const most = BELOW * effectOf(shown.kind, shown.observed, shown.expected);
    if (floor.least <= most) return floor;
    changed = true;
    return { ...floor, least: most };
  });
  return changed ? lowered : floors;
}
