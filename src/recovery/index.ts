export { type CheckpointFacts, readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';
export { lockFolder } from './folder-lock.ts';
export { InputEncoder } from './input-codec.ts';
export { JournalSegment } from './journal.ts';
export { type Replayed, replayJournal } from './replay-journal.ts';
export { StateError } from './state-error.ts';
export { openStateFolder, type StateFolder } from './state-folder.ts';
