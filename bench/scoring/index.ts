export { type Fault, isLabelled, parseFaults } from './faults.ts';
export { captureLines, type CaptureTimes, readCaptureTimes } from './capture.ts';
export { foundWithin, hurtWithin, type Interval, nearRow, notLearned, overlaps } from './protocol.ts';
export {
  type FaultScore,
  type MinuteScore,
  percentile,
  score,
  type Score,
  type ScoredIncident,
  type Truth,
} from './score.ts';
