import { type Incident, SEVERITIES } from '../domain/incident.ts';

/** What is remembered of an incident, for counting how often a service has had one. */
export interface Remembered {
  readonly id: string;
  readonly service: string;
  /** It was at P1 or P0. */
  readonly grave: boolean;
  readonly noAnomaly: boolean;
  /** Epoch ms, from its start by the evidence to its last end; null while it is open. */
  readonly startedAt: number;
  readonly resolvedAt: number | null;
  /** The channels that have a ticket of it. Absent in what older versions left. */
  readonly ticketed?: readonly string[];
}

/** How a channel counts. */
export interface RowRule {
  readonly channel: string;
  /** One that began longer before this one is another story. */
  readonly withinMs: number;
}

/** A service with more incidents than these since its last is beyond counting. */
const MOST = 1_000;

const UNTIMED = { startedAt: 0, resolvedAt: 0 };

/** Incidents lately, in the order in which they opened: how many grave ones a service has had in a row. */
export class InARow {
  readonly #known = new Map<string, Remembered>();

  /** As it stands now; one that is known keeps its place, and its tickets. `ticketed`: by which channels, as far as it says. */
  note(incident: Incident, ticketed: readonly string[] = []): void {
    const known = this.#known.get(incident.id)?.ticketed ?? [];
    this.restore([{ ...remembered(incident), ticketed: [...new Set([...known, ...ticketed])] }]);
  }

  restore(incidents: readonly Remembered[]): void {
    // What an older version kept says no times: such ones count by themselves, as they did.
    for (const one of incidents) this.#known.set(one.id, { ...UNTIMED, ...one });
    for (const id of this.#known.keys()) {
      if (this.#known.size <= MOST) break;
      this.#known.delete(id);
    }
  }

  snapshot(): readonly Remembered[] {
    return [...this.#known.values()];
  }

  /**
   * How many faults of the service at P1 or worse came in a row, this one included, back to one that a person called no
   * anomaly, or of which the channel has a ticket: the most incidents of which no two were open at once, since one outage may
   * break three rules. Milder ones neither count nor break it. One that has its ticket is beyond counting: it keeps it.
   */
  of(incident: Incident, { channel, withinMs }: RowRule): number {
    const has = ({ ticketed = [] }: Remembered): boolean => ticketed.includes(channel);
    const own = this.#known.get(incident.id);
    if (own !== undefined && has(own)) return Number.POSITIVE_INFINITY;
    const { service, startedAt } = remembered(incident);
    const ofService = [...this.#known.values()].filter((one) => one.service === service);
    const since = ofService.slice(ofService.findLastIndex((one) => one.noAnomaly || has(one)) + 1);
    return apart(since.filter((one) => one.grave && startedAt - one.startedAt <= withinMs));
  }
}

/** The most of them that do not overlap: the one that ends first, then the next that begins after it, and so on. */
function apart(incidents: readonly Remembered[]): number {
  const endOf = ({ resolvedAt }: Remembered): number => resolvedAt ?? Number.POSITIVE_INFINITY;
  let until = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (const one of incidents.toSorted((a, b) => endOf(a) - endOf(b))) {
    if (one.startedAt < until) continue;
    until = endOf(one);
    count++;
  }
  return count;
}

function remembered(incident: Incident): Remembered {
  const { finalSuspects, openings, severity, feedback = [] } = incident;
  const [first] = finalSuspects;
  const worst = [severity, ...openings.map((one) => one.severity)].map((one) => SEVERITIES.indexOf(one));
  return {
    id: incident.id,
    service: [first?.environment, first?.namespace, first?.service].join('/'),
    grave: Math.min(...worst) <= SEVERITIES.indexOf('P1'),
    noAnomaly: feedback.some(({ verdict }) => verdict === 'not-an-anomaly'),
    startedAt: incident.startedAt,
    resolvedAt: incident.resolvedAt,
  };
}
