export { expectedFalse, openingCut, SETTLED_HOURS } from './budget.ts';
export { Detector } from './detector.ts';
export { judgeComponent } from './judge-component.ts';
export { judgeTrace, strengthOf, TraceStrength } from './judge-trace.ts';
export { judgePlaces, slotOf } from './judge-places.ts';
export type { Judgement, PartEvidence, PartKind, PlaceJudgement, ScaleJudgement } from './port.ts';
export { LEAST_THRESHOLD, ScoreTail } from './score-tail.ts';
