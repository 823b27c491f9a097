import type { Incident, IncidentState, Severity } from '../domain/incident.ts';
import type { IncidentReader } from './port.ts';

export interface IncidentFilter {
  /** `open`: all that are not resolved. */
  readonly state: 'any' | 'open' | 'acknowledged' | 'resolved';
  readonly severity?: Severity;
  /** Name of a service that is or was suspected, or is hurt. */
  readonly service?: string;
  /** Openings in [fromMs, toMs), epoch ms. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Part of its id, of a suspect's name, or of a note; case does not matter. */
  readonly text?: string;
}

export interface IncidentPage {
  readonly incidents: readonly Incident[];
  /** Where the next page goes on; undefined when there is no more. */
  readonly next: Place | undefined;
}

/** A place in the order of the list: newest opening first, then by id, downwards. */
export interface Place {
  readonly openedAt: number;
  readonly id: string;
}

/** Read at once, and in all for one page: reading one costs about 0.1 ms, and judging waits meanwhile. */
const BATCH = 100;
const MOST_READ = 1_000;

/** A page of the incidents that fit. It may be short, or empty, with a `next`: then the rest was too much to read at once. */
export async function searchIncidents(
  reader: IncidentReader,
  filter: IncidentFilter,
  { limit, after }: { readonly limit: number; readonly after?: Place },
): Promise<IncidentPage> {
  const found: Incident[] = [];
  let place = after;
  for (let read = 0; read < MOST_READ;) {
    const batch = await nextBatch(reader, filter, place);
    for (const incident of batch) {
      place = { openedAt: incident.openedAt, id: incident.id };
      if (filter.fromMs !== undefined && incident.openedAt < filter.fromMs) {
        return { incidents: found, next: undefined };
      }
      if (!fits(incident, filter)) continue;
      found.push(incident);
      if (found.length === limit) return { incidents: found, next: place };
    }
    if (batch.length === 0) return { incidents: found, next: undefined };
    read += batch.length;
  }
  return { incidents: found, next: place };
}

async function nextBatch(
  reader: IncidentReader,
  filter: IncidentFilter,
  after: Place | undefined,
): Promise<readonly Incident[]> {
  if (filter.state === 'open' || filter.state === 'acknowledged') {
    const all = (await reader.openIncidents()).filter((one) => isAfter(one, after));
    return all.toSorted(byOpening).slice(0, BATCH);
  }
  const toMs = filter.toMs ?? Number.MAX_SAFE_INTEGER;
  // Several may open in the same millisecond: those of it that were given already are read again and left out.
  for (let size = BATCH; ; size *= 2) {
    const beforeMs = after === undefined ? toMs : Math.min(toMs, Math.floor(after.openedAt) + 1);
    const batch = await reader.incidents({ limit: size, beforeMs });
    const rest = batch.filter((one) => isAfter(one, after));
    if (rest.length > 0 || batch.length < size) return rest;
  }
}

function isAfter(incident: Incident, after: Place | undefined): boolean {
  return after === undefined || byOpening(after, incident) < 0;
}

function byOpening(a: Place, b: Place): number {
  return b.openedAt - a.openedAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

const STATES: Readonly<Record<IncidentFilter['state'], readonly IncidentState[]>> = {
  any: ['open', 'acknowledged', 'resolved'],
  open: ['open', 'acknowledged'],
  acknowledged: ['acknowledged'],
  resolved: ['resolved'],
};

function fits(incident: Incident, { state, severity, service, toMs, text }: IncidentFilter): boolean {
  if (!STATES[state].includes(incident.state)) return false;
  if (severity !== undefined && incident.severity !== severity) return false;
  if (toMs !== undefined && incident.openedAt >= toMs) return false;
  if (service !== undefined && !servicesOf(incident).includes(service)) return false;
  return (
    text === undefined || wordsOf(incident).some((word) => word.toLowerCase().includes(text.toLowerCase()))
  );
}

function servicesOf({ suspects, finalSuspects, harm }: Incident): readonly string[] {
  return [...suspects, ...finalSuspects, ...harm.entries].map((one) => one.service);
}

function wordsOf(incident: Incident): readonly string[] {
  const suspects = [...incident.suspects, ...incident.finalSuspects];
  return [
    incident.id,
    ...suspects.flatMap(({ service, operation, peer }) => [service, operation ?? '', peer ?? '']),
    ...incident.notes.flatMap(({ by, text }) => [by, text]),
  ];
}
