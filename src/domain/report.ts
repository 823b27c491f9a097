import type { Evidence, Exemplar } from './evidence.ts';
import type { Severity } from './incident.ts';
import type { Suspect } from './suspect.ts';

/** What `replay --report` writes; docs/report.schema.json is the contract. Times are RFC 3339 with milliseconds, UTC. */
export interface Report {
  readonly format: 'spanwatch-report/1';
  readonly tool: {
    readonly version: string;
    readonly model: string;
    readonly config: string;
    readonly seed: number;
  };
  readonly blind: readonly BlindEvent[];
  readonly input: ReportInput;
  readonly budget: { readonly perWeek: number; readonly expected: number; readonly observed: number };
  readonly incidents: readonly ReportIncident[];
}

export interface BlindEvent {
  readonly kind: 'source' | 'service';
  readonly name: string;
  readonly from: string;
  readonly to: string | null;
}

export interface ReportInput {
  readonly spans: number;
  readonly traces: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly late: number;
  readonly duplicates: number;
  readonly rejected: number;
}

export interface ReportIncident {
  readonly id: string;
  readonly openedAt: string;
  readonly startedAt: string;
  readonly resolvedAt: string | null;
  readonly severity: Severity;
  readonly openings: readonly {
    readonly openedAt: string;
    readonly resolvedAt: string | null;
    readonly severity: Severity;
    readonly suspects: readonly Suspect[];
  }[];
  readonly firing: readonly (readonly [string, string])[];
  readonly suspects: readonly Suspect[];
  readonly finalSuspects: readonly Suspect[];
  readonly evidence: readonly Evidence[];
  readonly exemplars: readonly Exemplar[];
}
