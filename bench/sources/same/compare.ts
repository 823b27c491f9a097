import type { ReportIncident } from '../../../src/domain/report.ts';

/** Figures that differ by no more than this say the same: a sum in another order, a time cut to the microsecond. */
const ROUNDING = 1e-3;

/** An incident of one side with its match of the other, and in what they differ. */
export interface Compared {
  /** The replay's; undefined: only live. */
  readonly replayed?: ReportIncident;
  /** undefined: only in the replay. */
  readonly live?: ReportIncident;
  readonly kind: 'same' | 'figures' | 'differs' | 'missing' | 'extra';
  /** Largest relative difference of a figure. */
  readonly largest: number;
  /** Fields in which they differ by more than rounding. */
  readonly fields: readonly string[];
}

/** Incidents of a live run against those of a replay of the same spans, matched by id, else by first suspect and nearest start. */
export function compareIncidents(
  replayed: readonly ReportIncident[],
  live: readonly ReportIncident[],
): readonly Compared[] {
  const left = new Set(live);
  const takeMatch = (incident: ReportIncident): ReportIncident | undefined => {
    const match =
      [...left].find(({ id }) => id === incident.id) ??
      [...left]
        .filter((one) => isLike(one, incident))
        .sort((a, b) => apart(a, incident) - apart(b, incident))[0];
    if (match !== undefined) left.delete(match);
    return match;
  };
  // Those of the same id first, so that none is taken by a neighbour.
  const byId = [...replayed].sort((a, b) => Number(hasId(live, b)) - Number(hasId(live, a)));
  const matches = new Map(byId.map((incident) => [incident, takeMatch(incident)]));
  const compared = replayed.map((incident) => compareOne(incident, matches.get(incident)));
  return [
    ...compared,
    ...[...left].map((one) => ({ live: one, kind: 'extra', largest: 0, fields: [] }) as const),
  ];
}

function hasId(incidents: readonly ReportIncident[], { id }: ReportIncident): boolean {
  return incidents.some((one) => one.id === id);
}

function isLike(a: ReportIncident, b: ReportIncident): boolean {
  return a.suspects.at(0)?.service === b.suspects.at(0)?.service && apart(a, b) < 300_000;
}

function apart(a: ReportIncident, b: ReportIncident): number {
  return Math.abs(Date.parse(a.openedAt) - Date.parse(b.openedAt));
}

function compareOne(replayed: ReportIncident, live: ReportIncident | undefined): Compared {
  if (live === undefined) return { replayed, kind: 'missing', largest: 0, fields: [] };
  const found = { largest: 0, fields: new Set<string>() };
  walk(replayed, live, '', found);
  const fields = [...found.fields].sort();
  const kind = fields.length > 0 ? 'differs' : found.largest > 0 ? 'figures' : 'same';
  return { replayed, live, kind, largest: found.largest, fields };
}

interface Found {
  largest: number;
  readonly fields: Set<string>;
}

function walk(a: unknown, b: unknown, path: string, found: Found): void {
  if (Object.is(a, b)) return;
  if (typeof a === 'number' && typeof b === 'number') {
    const relative = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
    if (relative <= ROUNDING) found.largest = Math.max(found.largest, relative);
    else found.fields.add(path);
    return;
  }
  if (!isObject(a) || !isObject(b)) return void found.fields.add(path);
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return void found.fields.add(path);
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const name = Array.isArray(a) ? path : path === '' ? key : `${path}.${key}`;
    walk(a[key], b[key], name, found);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
