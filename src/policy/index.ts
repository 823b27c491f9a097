export { decide, needsUpdate, type Decision, type PolicyChannel, type PolicyConfig } from './decide.ts';
