import type { Incident, IncidentEvent } from '../../src/domain/incident.ts';
import { TAIL_FINGERPRINT } from '../../src/domain/fingerprint.ts';
import {
  DEFAULT_INCIDENT_OPTIONS,
  foldEvent,
  IncidentKeeper,
  type Observation,
} from '../../src/incident/index.ts';

export const START_MS = Date.UTC(2026, 4, 1, 12);
/** What a window waits before it is judged. */
const WAIT_MS = 8_000;

export interface Firing {
  /** The first suspect. */
  readonly who: string;
  /** Hot components; the suspect's own time when absent. */
  readonly hot?: readonly string[];
  readonly lead?: number;
  readonly severity?: 'P0' | 'P1' | 'P2' | 'P3';
  /** Only its tail, added up. */
  readonly tail?: boolean;
  /** Seconds of the stretch before the window's end. */
  readonly looksBack?: number;
}

/**
 * Scenarios in a small language. `at(s).fires(...)` is what the window that ends at second s shows; windows in between
 * are calm. `until(s)` lets windows pass.
 */
export class Story {
  readonly events: IncidentEvent[] = [];
  readonly incidents = new Map<string, Incident>();
  readonly keeper: IncidentKeeper;
  #second = 0;

  constructor(options = DEFAULT_INCIDENT_OPTIONS, isShown: () => boolean = () => true) {
    const onEvent = (incident: Incident, event: IncidentEvent): void => {
      this.events.push(event);
      this.incidents.set(incident.id, incident);
    };
    this.keeper = new IncidentKeeper(options, onEvent, isShown);
  }

  at(second: number): {
    fires: (...firing: Firing[]) => Story;
    firesUntil: (to: number, ...firing: Firing[]) => Story;
  } {
    this.until(second - 10);
    const fires = (...firing: Firing[]): Story => {
      this.#window(firing);
      return this;
    };
    return {
      fires,
      firesUntil: (to, ...firing) => {
        while (this.#second < to) fires(...firing);
        return this;
      },
    };
  }

  until(second: number): this {
    while (this.#second + 10 <= second) this.#window([]);
    return this;
  }

  /** `opened@18 resolved@208`: events by type and second, updates left out. */
  told(): string {
    return this.events
      .filter(({ type }) => type !== 'updated')
      .map(({ type, at }) => `${type}@${(at - START_MS) / 1000}`)
      .join(' ');
  }

  /** State as anyone else would know it: the fold of what was emitted. */
  folded(): Incident[] {
    const states = new Map<string, Incident>();
    for (const event of this.events)
      states.set(event.incidentId, foldEvent(states.get(event.incidentId), event));
    return [...states.values()];
  }

  #window(firing: readonly Firing[]): void {
    this.#second += 10;
    const toMs = START_MS + this.#second * 1000;
    this.keeper.observe(
      firing.map((one) => observationOf(one, toMs)),
      toMs + WAIT_MS,
    );
  }
}

const HARM = {
  P0: { share: 0.9, slowdown: 5 },
  P1: { share: 0.3, slowdown: 2 },
  P2: { share: 0.01, slowdown: 1.5 },
  P3: { share: 0.01, slowdown: 1 },
} as const;

export function observationOf(firing: Firing, toMs: number): Observation {
  const { who, hot = [`self(${who}, op)`], lead = 10, severity = 'P2', looksBack = 10 } = firing;
  const { share, slowdown } = HARM[severity];
  const fromMs = toMs - looksBack * 1000;
  return {
    fromMs,
    toMs,
    fingerprint: `${firing.tail === true ? TAIL_FINGERPRINT : ''}service ${who}`,
    score: 30,
    lead,
    suspects: [
      {
        kind: 'service',
        environment: '',
        namespace: '',
        service: who,
        component: hot[0] ?? '',
        share: 0.9,
        cause: 'code',
        because: hot,
        against: [],
      },
    ],
    evidence: [
      {
        component: hot[0] ?? '',
        kind: 'self',
        observed: slowdown * 1000,
        expected: 1000,
        unit: 'us',
        p: 1e-9,
        z: 6,
        effect: slowdown,
        direction: 'up',
        count: 50,
        fromMs,
        toMs,
      },
    ],
    hot: hot.map((component) => ({ component, weight: 20 })),
    exemplars: [],
    harm: {
      share,
      entries: [
        { service: 'web', operation: 'GET /', hurt: 9, total: 10, observedUs: 2000, expectedUs: 1000 },
      ],
    },
  };
}
