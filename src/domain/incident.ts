import type { Evidence, Exemplar } from './evidence.ts';
import type { FeedbackVerdict } from './feedback-verdict.ts';
import type { Suspect } from './suspect.ts';
import type { VersionChange } from './version-change.ts';

/** P0 is worst. P0 to P2 count against the budget of false alerts; P3 is for the digest. */
export const SEVERITIES = ['P0', 'P1', 'P2', 'P3'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type IncidentState = 'open' | 'acknowledged' | 'resolved';

/** Who may be hurt: the entry operations whose traces pass through what is broken. By all traffic seen lately, before it too. */
export interface Harm {
  /** Share of all entry traffic that uses what is broken, 0..1. */
  readonly share: number;
  readonly entries: readonly HarmedEntry[];
  /** Where the suspect fails and callers answer without it: the part of its failures, 0..1, that got through to an entry. */
  readonly passedOn?: number;
}

/** Of more failures than this callers cannot be said to answer without it. */
const MOSTLY = 0.5;

/** Callers answer without what fails: it is used, and nobody is shown to be hit. */
export function isAnsweredWithout({ passedOn = 1 }: Harm): boolean {
  return passedOn < MOSTLY;
}

export interface HarmedEntry {
  readonly service: string;
  readonly operation: string;
  /** Of `total` traces in the windows judged, as many as use what is broken by the share of all that were seen lately: none is counted. */
  readonly hurt: number;
  readonly total: number;
  /** End-to-end geometric mean in microseconds, now and by the baseline. */
  readonly observedUs: number;
  readonly expectedUs: number;
  /** Told in place of `observedUs`, as it is of evidence: since it began, where the windows judged have calm before that in them. */
  readonly toldUs?: number;
}

export interface Opening {
  /** Epoch ms at which a live process opens it: event time plus every wait. */
  readonly openedAt: number;
  readonly resolvedAt: number | null;
  /** The worst severity of this opening. */
  readonly severity: Severity;
  /** As they stood at this opening. */
  readonly suspects: readonly Suspect[];
}

/** One living incident: the fold of its events. All times are epoch ms of event time. */
export interface Incident {
  /** Stable, sortable, made from the time and the first suspect; the same input gives the same id. */
  readonly id: string;
  /** What it is about, across openings and restarts: the first suspect's identity. */
  readonly fingerprint: string;
  readonly state: IncidentState;
  /** Number of the last event; a writer that read an older one has lost. */
  readonly revision: number;
  /**
   * Number of the last event that was more than new figures (`updated`): who decided by this one or a later one decided
   * by what is still true. Absent in what older versions stored: then `revision`.
   */
  readonly lastChange?: number;
  readonly openedAt: number;
  /** Since when, by the evidence; at or before `openedAt`. */
  readonly startedAt: number;
  readonly resolvedAt: number | null;
  readonly severity: Severity;
  readonly openings: readonly Opening[];
  /** Event-time intervals judged anomalous, [from, to). */
  readonly firing: readonly (readonly [number, number])[];
  /** At the first opening: what would have woken someone. */
  readonly suspects: readonly Suspect[];
  /** As known now. */
  readonly finalSuspects: readonly Suspect[];
  readonly evidence: readonly Evidence[];
  readonly exemplars: readonly Exemplar[];
  readonly harm: Harm;
  /** Suspects that began to run another version shortly before, newest first; absent when none did. */
  readonly changes?: readonly VersionChange[];
  /** Who is on it; a reopening asks anew. Untrusted text, as all that people wrote. */
  readonly acknowledgedBy?: string;
  /** The person who resolved it; absent when calm did. */
  readonly resolvedBy?: string;
  readonly notes: readonly { readonly at: number; readonly by: string; readonly text: string }[];
  /** Verdicts of people, oldest first; absent when there are none. */
  readonly feedback?: readonly {
    readonly at: number;
    readonly by: string;
    readonly verdict: FeedbackVerdict;
  }[];
}

interface Judged {
  readonly severity: Severity;
  readonly suspects: readonly Suspect[];
  readonly evidence: readonly Evidence[];
  readonly exemplars: readonly Exemplar[];
  readonly harm: Harm;
  readonly firing: readonly (readonly [number, number])[];
  readonly changes?: readonly VersionChange[];
}

/** Changes are events; `sequence` counts from 1 within an incident. */
export type IncidentEvent = {
  readonly incidentId: string;
  readonly sequence: number;
  readonly at: number;
} & (
  | ({ readonly type: 'opened'; readonly fingerprint: string; readonly startedAt: number } & Judged)
  | ({ readonly type: 'updated' } & Judged)
  | ({ readonly type: 'escalated'; readonly from: Severity } & Judged)
  | ({ readonly type: 'reopened' } & Judged)
  /** `by`: a person resolved it, calm or not; absent when calm did. */
  | {
      readonly type: 'resolved';
      readonly firing: readonly (readonly [number, number])[];
      readonly by?: string;
    }
  | { readonly type: 'acknowledged'; readonly by: string }
  | { readonly type: 'noted'; readonly by: string; readonly text: string }
  | { readonly type: 'feedback'; readonly by: string; readonly verdict: FeedbackVerdict }
);

export type IncidentEventType = IncidentEvent['type'];

/** An event that a message can be about: feedback is between a person and what is learned. */
export type IncidentNews = Exclude<IncidentEvent, { readonly type: 'feedback' }>;
