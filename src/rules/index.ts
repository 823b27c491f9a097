export { breachObservation } from './breach-observation.ts';
export { type Breach, RuleEngine, type RuleEngineState } from './rule-engine.ts';
export type * from './port.ts';
