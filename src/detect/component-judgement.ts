/** What is said of one component over the windows of one scale. */
export interface ComponentJudgement {
  count: number;
  observed: number;
  z: number;
  logBayes: number;
  /** What the change adds to a request on average, microseconds; 0 where it is none of time. */
  lostUs: number;
}
