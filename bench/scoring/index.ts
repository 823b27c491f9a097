export { type Fault, isLabelled, parseFaults } from './faults.ts';
export { captureLines, type CaptureTimes, readCaptureTimes } from './capture.ts';
export { foundWithin, hurtWithin, type Interval, nearRow, notLearned } from './protocol.ts';
export { type FaultScore, type MinuteScore, percentile, score, type Score, type Truth } from './score.ts';
