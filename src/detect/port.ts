export type { PartEvidence, PartKind, PlaceJudgement } from './place-port.ts';

/**
 * The components judged at one scale, as columns. `logBayes` is the logarithm of the Bayes factor "shifted" against
 * "as learned": above 0 speaks for a change, below for calm, near 0 where there is too little to say. Already cut by
 * the effect floor: a change that nobody would notice has at most 0.
 */
export interface ScaleJudgement {
  /** Index in SCALE_WINDOWS. */
  readonly scale: number;
  readonly length: number;
  readonly component: Int32Array;
  /** Traces judged, after leaving out. */
  readonly count: Float64Array;
  readonly observed: Float64Array;
  readonly expected: Float64Array;
  readonly z: Float64Array;
  /** What the change adds to a request on average, microseconds, tails and all; absent where one trace is judged. */
  readonly lostUs?: Float64Array;
  readonly logBayes: Float64Array;
}

export interface Judgement {
  /** End of the newest window, epoch ms. */
  readonly toMs: number;
  readonly scales: readonly ScaleJudgement[];
  /** The longest scale again, with what adds up in tails over more than that; asked when the scales show nothing. */
  readonly tails?: ScaleJudgement;
  /** Of what adds up there, by component. */
  readonly tailStretches?: ReadonlyMap<number, TailStretch>;
}

/** Requests since a tail began to be heavier: `inTail` of `traces` lie there, or `beyond` everything that was learned. */
export interface TailStretch {
  readonly inTail: number;
  readonly traces: number;
  readonly beyond: boolean;
}

/** The last windows of every component, for whoever explains a judgement. */
export interface RecentWindows {
  /** Traces of the newest `windows`, over all components. */
  traces(windows: number): number;
  /** Traces of the newest `windows` that said something of `component`. */
  tracesOf(component: number, windows: number): number;
  /** What the windows that begin at `fromMs` (epoch ms) or later show of `component`: traces, their sum, and those in its learned tail. */
  since(component: number, fromMs: number): { traces: number; sum: number; inTail: number };
  /** Id words of the trace with the largest value of `component` among the newest `windows`. */
  topTrace(component: number, windows: number): Int32Array | undefined;
  /**
   * The stretch, epoch ms, from the oldest to the end of the newest of the `windows` in which the excess of `component`
   * over `level`, in the direction of `sign`, is at least half of the largest there; undefined when there is none. Of `failures` it
   * ends where the newest windows are as learned again more probably than not (`still-fails.ts`).
   */
  stretchOfExcess(
    component: number,
    windows: number,
    over: { level: number; sign: 1 | -1; failures?: boolean },
  ): [number, number] | undefined;
}
