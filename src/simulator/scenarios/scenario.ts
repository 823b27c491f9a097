import type { Script } from '../script.ts';
import type { Cast } from './cast.ts';

/** Something that happens to a system, with what an ideal detector says about it. */
export interface Scenario {
  readonly name: string;
  /** `fire`: an incident of any severity; `quiet`: none at P0 to P2. */
  readonly expect: 'fire' | 'quiet';
  /** How narrow the first suspect must be to be right: see `isBlamed`. `service` when absent. */
  readonly right?: 'service' | 'exact';
  /** How long it is judged, seconds. */
  readonly seconds: number;
  /** How long after the quiet hour that was learned it begins; right after it when absent. */
  readonly afterSeconds?: number;
  readonly script: (cast: Cast) => Script;
}

/** Two quiet minutes first: what opens in them is a false alarm. */
export const FROM = 120;
/** Six minutes of a fault: who has not noticed by then is of little help. */
export const FOR = 360;
/** A minute after its end. */
export const UNTIL = FROM + FOR + 60;
