import type { Learner, LevelShift } from '../baseline/index.ts';
import type { Detector } from '../detect/index.ts';
import { withoutSlots } from '../domain/component-grammar.ts';
import { unitOf } from '../domain/component.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import type { EffectFloor } from '../domain/effect-floor.ts';
import type { Incident } from '../domain/incident.ts';
import type { FeedbackVerdict } from '../domain/feedback-verdict.ts';
import type { Locale } from '../domain/message.ts';
import { LOG_OFFSET_US } from '../domain/summary.ts';
import type { IncidentKeeper } from '../incident/index.ts';
import { adoptionNote } from '../messages/index.ts';

export interface WhatPeopleSaidParts {
  readonly table: ComponentTable;
  readonly learner: Learner;
  readonly detector: Detector;
  /** Of what is noted on a timeline from now on. */
  readonly locale: () => Locale;
}

/** What people said of incidents, taken into what is judged and learned; and what became normal, said on timelines. */
export class WhatPeopleSaid {
  /** A person called the incident no anomaly; what follows from it comes back as an input (`setFloors`). */
  onNotAnAnomaly: (incident: Incident) => void = () => undefined;
  readonly #parts: WhatPeopleSaidParts;
  #floors: readonly EffectFloor[] = [];

  constructor(parts: WhatPeopleSaidParts) {
    this.#parts = parts;
  }

  /** Changes below these wake nobody; they take the place of those before. */
  setFloors(floors: readonly EffectFloor[]): void {
    const { table, detector } = this.#parts;
    this.#floors = floors;
    detector.floors.set(floors, (key) => table.internKey(key));
  }

  get floors(): readonly EffectFloor[] {
    return this.#floors;
  }

  /** A verdict on an incident, in the order of the inputs. */
  feedback(incident: Incident, verdict: FeedbackVerdict): void {
    if (verdict === 'not-an-anomaly') return this.onNotAnAnomaly(incident);
    const { table, learner } = this.#parts;
    for (const { component, kind, observed } of incident.evidence) {
      // What one pod did is no level of all of them.
      if (withoutSlots(component) !== component) continue;
      const id = table.internKey(component);
      const seen = unitOf(kind) === 'us' ? Math.log(observed + LOG_OFFSET_US) : observed;
      if (id >= 0) learner.adoptNow(id, incident.firing, seen);
    }
  }

  /** A new level became normal (at `at`, epoch ms): noted on the timelines of the incidents that show it. */
  adopted(shift: LevelShift, keeper: IncidentKeeper, at: number): void {
    const { table } = this.#parts;
    const key = table.key(shift.component);
    const text = adoptionNote(this.#parts.locale(), { ...shift, key });
    for (const { id, evidence } of keeper.incidents) {
      if (!evidence.some(({ component }) => component === key)) continue;
      keeper.command({ type: 'note', incidentId: id, by: 'spanwatch', at, text });
    }
  }
}
