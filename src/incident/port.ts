import type { Evidence, Exemplar } from '../domain/evidence.ts';
import type { Harm, Severity } from '../domain/incident.ts';
import type { Suspect } from '../domain/suspect.ts';
import type { VersionChange } from '../domain/version-change.ts';

/** A finding in words that leave the process: what an incident is opened and kept by. */
export interface Observation {
  /** Event time judged, epoch ms, [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
  readonly fingerprint: string;
  readonly score: number;
  /** How far the next suspect lies behind, in the unit of `score`. */
  readonly lead: number;
  readonly suspects: readonly Suspect[];
  /** Loudest first. */
  readonly evidence: readonly Evidence[];
  /** `evidence` and more: every hot component by key, with its part of the score. */
  readonly hot: readonly { readonly component: string; readonly weight: number }[];
  readonly exemplars: readonly Exemplar[];
  readonly harm: Harm;
  /** Said by a rule; absent: by what is seen. */
  readonly severity?: Severity;
  /** Suspects that began to run another version shortly before, newest first; absent when none did. */
  readonly changes?: readonly VersionChange[];
  /** What the loudest loss of time adds to a request on average, microseconds, tails and all; the evidence says when absent. */
  readonly lostUs?: number;
  /** Share of all entry traffic that waits for the suspect, 0..1; all that passes through it when absent. */
  readonly waiting?: number;
  /** By error component: the part of its failures that got through to whoever asked, 0..1; all when absent. */
  readonly passedOn?: Readonly<Record<string, number>>;
}
