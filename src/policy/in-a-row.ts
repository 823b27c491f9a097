import { type Incident, SEVERITIES } from '../domain/incident.ts';

/** What is remembered of an incident, for counting how often a service has had one. */
export interface Remembered {
  readonly id: string;
  readonly service: string;
  /** It was at P1 or P0. */
  readonly grave: boolean;
  readonly noAnomaly: boolean;
}

/** A service with more incidents than these since its last is beyond counting. */
const MOST = 1_000;

/** Incidents lately, in the order in which they opened: how many grave ones a service has had in a row. */
export class InARow {
  readonly #known = new Map<string, Remembered>();

  /** As it stands now; one that is known keeps its place. */
  note(incident: Incident): void {
    this.restore([remembered(incident)]);
  }

  restore(incidents: readonly Remembered[]): void {
    for (const one of incidents) this.#known.set(one.id, one);
    for (const id of this.#known.keys()) {
      if (this.#known.size <= MOST) break;
      this.#known.delete(id);
    }
  }

  snapshot(): readonly Remembered[] {
    return [...this.#known.values()];
  }

  /**
   * How many incidents of the service at P1 or worse came in a row, this one included, back to one that a person called no
   * anomaly. Milder ones neither count nor break it.
   */
  of(incident: Incident): number {
    const { service } = remembered(incident);
    const ofService = [...this.#known.values()].filter((one) => one.service === service);
    const since = ofService.slice(ofService.findLastIndex(({ noAnomaly }) => noAnomaly) + 1);
    return since.filter(({ grave }) => grave).length;
  }
}

function remembered({ id, finalSuspects: [first], openings, severity, feedback = [] }: Incident): Remembered {
  const worst = [severity, ...openings.map((one) => one.severity)].map((one) => SEVERITIES.indexOf(one));
  return {
    id,
    service: [first?.environment, first?.namespace, first?.service].join('/'),
    grave: Math.min(...worst) <= SEVERITIES.indexOf('P1'),
    noAnomaly: feedback.some(({ verdict }) => verdict === 'not-an-anomaly'),
  };
}
