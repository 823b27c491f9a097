import { join } from 'node:path';
import type { ReportIncident } from '../../../src/domain/report.ts';
import { type Compared, compareIncidents } from '../../sources/same/compare.ts';
import { readStored } from '../../verify/stored.ts';
import { readEnd } from '../kills/story.ts';

/** What a service has seen of the spans in its whole life, its restarts included. */
export interface SeenSpans {
  readonly assembled: number;
  readonly duplicates: number;
  readonly late: number;
  readonly windows: number;
  readonly incidents: readonly ReportIncident[];
}

/** A fault, beside the same spans undisturbed. */
export interface FaultOutcome {
  readonly fault: string;
  /** What was done, in words. */
  readonly done: string;
  readonly spans: number;
  readonly seen: SeenSpans;
  readonly undisturbed: SeenSpans;
  readonly compared: readonly Compared[];
  readonly seconds: number;
}

/** Of the data directory of a service that has ended. */
export async function readSeen(dataDir: string): Promise<SeenSpans> {
  const { state } = await readEnd(dataDir);
  const { traces, verdicts } = state.flow;
  const { spansIn, duplicates, late } = traces.assembler.counts;
  const { incidents } = await readStored(dataDir, []);
  return {
    assembled: spansIn,
    duplicates,
    late: late + traces.summariser.late,
    windows: verdicts.windows,
    incidents,
  };
}

export function outcomeOf(parts: Omit<FaultOutcome, 'compared'>): FaultOutcome {
  return { ...parts, compared: compareIncidents(parts.undisturbed.incidents, parts.seen.incidents) };
}

export function dataDirOf(folder: string): string {
  return join(folder, 'data');
}
