export { decide, needsUpdate, type Decision, type PolicyChannel, type PolicyConfig } from './decide.ts';
export { newSilence, parseMatcher, printMatcher, silenceProblem } from './new-silence.ts';
export { heldBack, matches, patternProblem, silencedBy } from './silence.ts';
export type * from './port.ts';
