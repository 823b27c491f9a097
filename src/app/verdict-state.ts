import type { Learner } from '../baseline/index.ts';
import type { PlaceWatchState } from './place-watch.ts';
import type { VersionChangesState } from '../context/index.ts';
import type { Detector } from '../detect/index.ts';
import type { EffectFloor } from '../domain/effect-floor.ts';
import type { IncidentKeeper } from '../incident/index.ts';
import type { Locator } from '../locate/index.ts';
import type { EntryReachCounter, TypicalTraceRing } from '../measure/index.ts';
import type { EvidenceState } from './opening-cut.ts';
import type { RuleWatchState } from './rule-watch.ts';

/** What a `VerdictStage` knows, as plain data. */
export interface VerdictStageState {
  readonly windows: number;
  readonly openings: number;
  readonly learner: ReturnType<Learner['snapshot']>;
  readonly ring: ReturnType<Detector['ring']['snapshot']>;
  /** Absent in what older versions stored: pods are compared from the next window on. */
  readonly places?: PlaceWatchState;
  readonly locator: ReturnType<Locator['snapshot']>;
  readonly reach: ReturnType<EntryReachCounter['snapshot']>;
  readonly typical: ReturnType<TypicalTraceRing['snapshot']>;
  readonly keeper: ReturnType<IncidentKeeper['snapshot']>;
  /** End of the window judged last, epoch ms; absent in what older versions stored. */
  readonly judgedToMs?: number;
  /** Name of the model whose forests score, when it is not the one that the process started from. */
  readonly forestsOf?: string;
  readonly floors: readonly EffectFloor[];
  /** Absent without static rules. */
  readonly rules?: RuleWatchState;
  /** Absent in what older versions stored. */
  readonly versions?: VersionChangesState;
  readonly evidence?: EvidenceState;
}
