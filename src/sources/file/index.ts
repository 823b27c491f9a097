export { keepEndsWithin } from './batch-store.ts';
export { readSpanFiles } from './read-span-files.ts';
export {
  createFileCounts,
  SpanFileError,
  type FileCounts,
  type FileProblem,
  type FileRecord,
  type ReadOptions,
} from './read-options.ts';
