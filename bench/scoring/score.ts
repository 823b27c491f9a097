import type { Severity } from '../../src/domain/incident.ts';
import type { Fault } from './faults.ts';
import { foundWithin, holds, hurtWithin, type Interval, nearRow, overlaps } from './protocol.ts';

/** What scoring reads of an incident; those of a report have it. Times are RFC 3339. */
export interface ScoredIncident {
  readonly id: string;
  readonly openings: readonly {
    readonly openedAt: string;
    readonly severity: Severity;
    readonly suspects: readonly { readonly service: string }[];
  }[];
  readonly firing: readonly (readonly [from: string, to: string])[];
}

export interface Truth {
  /** All rows of the capture: near each of them nothing is a false alarm. */
  readonly rows: readonly Fault[];
  /** Starts of the minutes that the capture holds, epoch ms. */
  readonly minutes: readonly number[];
  /** Of the usable rows, those that can be found in spans; all when absent. */
  readonly findable?: (fault: Fault) => boolean;
}

export interface FaultScore {
  readonly fault: Fault;
  /** Services of the suspects at the fault's first opening, best first; undefined when it was not found. */
  readonly suspects?: readonly string[];
  /** From the fault's start to that opening, seconds of event time. */
  readonly detectedAfterSeconds?: number;
  /** Incidents that opened or reopened for it. */
  readonly incidents: number;
}

export interface Score {
  readonly faults: readonly FaultScore[];
  readonly found: number;
  /** The broken service was the first suspect, or among the first three. */
  readonly top1: number;
  readonly top3: number;
  /** Times of openings near no row, epoch ms, and the captured hours near none. */
  readonly falseAlarms: readonly number[];
  readonly quietHours: number;
  readonly minutes: MinuteScore;
  /** Nearest-rank percentiles over the found faults; NaN when none was. */
  readonly detectedAfterSeconds: { readonly p50: number; readonly p90: number };
  /** Mean over the found faults. */
  readonly incidentsPerFault: number;
}

export interface MinuteScore {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

interface Opening {
  readonly incident: string;
  readonly atMs: number;
  readonly suspects: readonly string[];
}

const MINUTE_MS = 60_000;

/** A report against the truth, by the protocol that comes with the captures. */
export function score(report: { readonly incidents: readonly ScoredIncident[] }, truth: Truth): Score {
  const openings = openingsOf(report.incidents);
  const near = truth.rows.map(nearRow);
  const scored = truth.rows.filter((row) => row.usable && (truth.findable?.(row) ?? true));
  const faults = scored.map((fault) => scoreFault(fault, openings));
  const found = faults.filter(({ suspects }) => suspects !== undefined);
  const delays = found.map(({ detectedAfterSeconds }) => detectedAfterSeconds ?? Number.NaN);
  const quiet = truth.minutes.filter((at) => !near.some((row) => overlaps(row, [at, at + MINUTE_MS])));
  return {
    faults,
    found: found.length,
    top1: found.filter(({ fault, suspects }) => suspects?.[0] === fault.service).length,
    top3: found.filter(({ fault, suspects }) => suspects?.slice(0, 3).includes(fault.service)).length,
    falseAlarms: openings.map(({ atMs }) => atMs).filter((at) => !near.some((row) => holds(row, at))),
    quietHours: quiet.length / 60,
    minutes: scoreMinutes(report.incidents, truth.minutes, { hurt: scored.map(hurtWithin), quiet }),
    detectedAfterSeconds: { p50: percentile(delays, 0.5), p90: percentile(delays, 0.9) },
    incidentsPerFault: found.reduce((sum, { incidents }) => sum + incidents, 0) / found.length,
  };
}

/** Openings and reopenings at P0 to P2, in order of time. */
function openingsOf(incidents: readonly ScoredIncident[]): Opening[] {
  return incidents
    .flatMap(({ id, openings }) =>
      openings
        .filter(({ severity }) => severity !== 'P3')
        .map(({ openedAt, suspects }) => ({
          incident: id,
          atMs: Date.parse(openedAt),
          suspects: suspects.map(({ service }) => service),
        })),
    )
    .sort((a, b) => a.atMs - b.atMs);
}

function scoreFault(fault: Fault, openings: readonly Opening[]): FaultScore {
  const own = openings.filter(({ atMs }) => holds(foundWithin(fault), atMs));
  if (own.length === 0) return { fault, incidents: 0 };
  return {
    fault,
    suspects: own[0].suspects,
    detectedAfterSeconds: (own[0].atMs - fault.startMs) / 1000,
    incidents: new Set(own.map(({ incident }) => incident)).size,
  };
}

function scoreMinutes(
  incidents: readonly ScoredIncident[],
  minutes: readonly number[],
  { hurt, quiet }: { readonly hurt: readonly Interval[]; readonly quiet: readonly number[] },
): MinuteScore {
  const firing = incidents
    .filter(({ openings }) => openings.some(({ severity }) => severity !== 'P3'))
    .flatMap((incident) => incident.firing.map(([from, to]): Interval => [Date.parse(from), Date.parse(to)]));
  const isPredicted = (at: number): boolean =>
    firing.some((stretch) => overlaps(stretch, [at, at + MINUTE_MS]));
  const positives = minutes.filter((at) => hurt.some((stretch) => holds(stretch, at + MINUTE_MS / 2)));
  const truePositives = positives.filter(isPredicted).length;
  const falsePositives = quiet.filter(isPredicted).length;
  const precision = truePositives / (truePositives + falsePositives);
  const recall = truePositives / positives.length;
  return {
    truePositives,
    falsePositives,
    falseNegatives: positives.length - truePositives,
    precision,
    recall,
    f1: (2 * truePositives) / (truePositives + falsePositives + positives.length),
  };
}

/** The smallest value that at least `share` of the values do not exceed; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
