import type { PartEvidence } from '../detect/port.ts';
import type { StratumCell } from '../domain/place-windows.ts';
import type { Suspect } from '../domain/suspect.ts';

/** One independent cause found in a window: what an incident can be about. */
export interface Finding {
  /** Index in SCALE_WINDOWS of the scale that shows it best. */
  readonly scale: number;
  /** ln of the Bayes factor of the best hypothesis. */
  readonly score: number;
  /** Identity of the first suspect, the same across windows and restarts. */
  readonly fingerprint: string;
  /** Best first; shares sum to 1 or less. */
  readonly suspects: readonly Suspect[];
  /** Components that speak for a change, loudest first, with the part that each adds. */
  readonly hot: readonly { readonly component: number; readonly logBayes: number }[];
  /** Components that stronger causes of the same window explain: no evidence of this one. */
  readonly explained?: ReadonlySet<number>;
  /** Service numbers of the first suspect: its own, or those that ask the peer. */
  readonly services: readonly number[];
  /** How far the next service's best hypothesis lies behind; small means "not sure which". */
  readonly lead: number;
  /** What pods, a version or a host show beside their siblings, when that is the first suspect; loudest first. */
  readonly parts?: readonly FoundPart[];
}

/** A piece of a part's evidence by its key (slots and all), with the windows behind it. */
export interface FoundPart extends PartEvidence {
  readonly key: string;
  readonly cells: readonly StratumCell[];
}
