import type { Evidence } from './evidence.ts';
import type { Severity } from './incident.ts';
import type { Suspect } from './suspect.ts';

/** What is said of ONE trace beside its suspects: how sure, since when, and why not the neighbours. */

/**
 * Somebody who could be taken for the first suspect of a trace and is not to blame. In that trace it calls the suspect,
 * is called by it, or is called beside it by the same caller; `itself` is the suspect's own time where the way to it is
 * to blame.
 */
export interface TraceNeighbour {
  readonly relation: 'caller' | 'callee' | 'sibling' | 'itself';
  /** Its own time, the wait for it, or its own failures: of several the one that is furthest above usual, and still no evidence. */
  readonly shown: Evidence;
  /** All of it is as learned; else some is more, and too little to speak against it. */
  readonly usual: boolean;
}

export interface TraceConfidence {
  /**
   * That something is wrong. `certain`: a million to one; `likely`: fewer than one in 200 of the traces that were learned
   * from stand out as much; `odd`: no part of it is as rare, but the forest finds as a whole one in 100 as odd; `weak`:
   * ordinary ones do now and then.
   */
  readonly anomaly: 'certain' | 'likely' | 'odd' | 'weak';
  /** That it is the first suspect. `unsure`: the next is nearly as likely. */
  readonly suspect: 'clear' | 'leading' | 'unsure';
}

/**
 * Since when, by the other traces of the same data; absent of a trace in which nothing stands out. `incident`: what they
 * show is an incident that covers the trace. `windows`: without one, the first suspect's loudest component stands out in
 * them from `fromMs` on. `alone`: it does not, they are as usual. `unknown`: there are too few, or none.
 */
export type TraceSince =
  | { readonly told: 'incident'; readonly fromMs: number; readonly incident: CoveringIncident }
  | {
      readonly told: 'windows';
      readonly fromMs: number;
      readonly component: string;
      readonly others: number;
    }
  | { readonly told: 'alone'; readonly component: string; readonly others: number }
  | { readonly told: 'unknown'; readonly others: number };

export interface CoveringIncident {
  readonly id: string;
  readonly severity: Severity;
  /** Epoch ms. */
  readonly openedAt: number;
  readonly suspects: readonly Suspect[];
  readonly evidence: readonly Evidence[];
}
