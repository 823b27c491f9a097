export { silenceComment, silencedNote } from './button-texts.ts';
export { composeBlindMessage } from './compose-blind.ts';
export { composeMessage, type MessageLinks, type MessageSubject } from './compose.ts';
export { pathHeading, traceLines } from './explain-words.ts';
export { incidentWords, type IncidentWords } from './incident-words.ts';
export { renderTerminal } from './render-terminal.ts';
export { composeDigest } from './digest.ts';
export { sampleMessage } from './sample.ts';
export { replayLines } from './replay-words.ts';
export { learnedLines } from './learned-words.ts';
export { adoptionNote, feedbackNote } from './learning-notes.ts';
export {
  composeDailyDigest,
  composeGroup,
  feedbackNews,
  standingEvent,
  unacknowledgedFact,
} from './policy-notes.ts';
export { composeLateLogs, logLines } from './log-lines.ts';
