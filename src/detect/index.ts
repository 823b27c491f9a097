export { expectedFalse, openingCut, SETTLED_HOURS } from './budget.ts';
export { Detector } from './detector.ts';
export { judgeComponent } from './judge-component.ts';
export { judgeTrace, strengthOf } from './judge-trace.ts';
export type { Judgement, ScaleJudgement } from './port.ts';
