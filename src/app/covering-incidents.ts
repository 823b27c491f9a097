import { withoutSlots } from '../domain/component-grammar.ts';
import type { CoveringIncident } from '../domain/explained-trace.ts';
import type { Incident, IncidentEvent, Opening } from '../domain/incident.ts';
import { LONGEST_SCALE } from '../domain/scales.ts';
import { isSameUnit } from '../domain/same-unit.ts';
import type { Suspect } from '../domain/suspect.ts';
import { WINDOW_MS } from '../domain/summary.ts';

/** One that is over for longer covers no trace that is still asked about. */
const KEPT_MS = 3_600_000;
/** What the longest scale looks back. */
const JUST_BEFORE_MS = LONGEST_SCALE * WINDOW_MS;

interface Told {
  readonly incident: Incident;
  /** As it was told when it opened, or got worse: what it carries later is how it fades. */
  readonly suspects: CoveringIncident['suspects'];
  readonly evidence: CoveringIncident['evidence'];
}

/** Incidents that the same data shows, for traces that lie in them. */
export class CoveringIncidents {
  readonly #told = new Map<string, Told>();

  onEvent(incident: Incident, event: IncidentEvent): void {
    const { type } = event;
    const before = this.#told.get(incident.id);
    if (type === 'opened' || type === 'reopened' || type === 'escalated')
      this.#told.set(incident.id, { incident, suspects: event.suspects, evidence: event.evidence });
    else if (before !== undefined) this.#told.set(incident.id, { ...before, incident });
    for (const [id, { incident: old }] of this.#told)
      if (old.resolvedAt !== null && old.resolvedAt < event.at - KEPT_MS) this.#told.delete(id);
  }

  /**
   * The incident that covers `atMs` (epoch ms) and is about `suspect`, else about the component that speaks loudest for it,
   * and since when it was hurt then. `standsOutFromMs`: since when that component does, where it does: an incident counts
   * from where it is at least half as bad as at its worst, and what comes just before is part of it.
   */
  covering(
    atMs: number,
    suspect: Suspect,
    standsOutFromMs = Number.POSITIVE_INFINITY,
  ): { fromMs: number; incident: CoveringIncident } | undefined {
    const inTime = [...this.#told.values()].flatMap((told) => {
      const stretch = told.incident.openings
        .map((opening, i) => {
          const { fromMs, toMs } = stretchOf(told.incident, i);
          const isJustBefore = standsOutFromMs >= fromMs - JUST_BEFORE_MS;
          return { opening, fromMs: isJustBefore ? Math.min(fromMs, standsOutFromMs) : fromMs, toMs };
        })
        .findLast(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
      return stretch === undefined ? [] : [{ told, ...stretch }];
    });
    const found =
      inTime.find(({ told }) => told.suspects.length > 0 && isSameUnit(told.suspects[0], suspect)) ??
      inTime.find(({ told }) =>
        told.evidence.some(({ component }) => withoutSlots(component) === suspect.component),
      );
    return found === undefined ? undefined : { fromMs: found.fromMs, incident: tell(found) };
  }
}

/** What fired in one opening, and the window after it: its end is where evidence faded, not where traces did. */
function stretchOf({ openings, firing, startedAt }: Incident, i: number): { fromMs: number; toMs: number } {
  const afterMs = i === 0 ? startedAt : (openings[i - 1].resolvedAt ?? startedAt);
  const untilMs = openings[i].resolvedAt ?? Number.POSITIVE_INFINITY;
  const own = firing.filter(([from]) => from >= afterMs && from < untilMs);
  const fromMs = Math.min(openings[i].openedAt, ...own.map(([from]) => from));
  return { fromMs, toMs: Math.max(fromMs, ...own.map(([, to]) => to)) + WINDOW_MS };
}

function tell({ told, opening }: { told: Told; opening: Opening }): CoveringIncident {
  const { incident, suspects, evidence } = told;
  const { openedAt, severity } = opening;
  return { id: incident.id, severity, openedAt, suspects, evidence };
}
