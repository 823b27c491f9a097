import type { Names } from '../domain/names.ts';
import { createFormats } from '../formats/index.ts';
import { createFileCounts, type FileCounts, type FileRecord, readSpanFiles } from '../sources/file/index.ts';
import type { Terminal } from './command.ts';
import { CommandError, UsageError } from './usage-error.ts';

/** Broken lines that are named one by one; more are counted. */
const MOST_NAMED = 10;

export interface Reading {
  readonly records: AsyncIterable<FileRecord>;
  readonly counts: FileCounts;
  /** Says how much was broken or rejected, if anything; a CommandError when there was not a single span. */
  summarise(): void;
}

/** Files of a command line as records by arrival; what cannot be read is named on standard error, and the rest goes on. */
export function openReading(
  files: readonly string[],
  names: Names,
  range: { fromUs?: number; toUs?: number },
  terminal: Terminal,
): Reading {
  if (files.length === 0) throw new UsageError('no FILE given; - reads standard input');
  const counts = createFileCounts();
  let problems = 0;
  const records = readSpanFiles(files, {
    formats: createFormats(names),
    counts,
    ...range,
    onProblem: ({ file, line, reason }) => {
      problems++;
      const name = file === '-' ? 'standard input' : file;
      const place = line === undefined ? name : `${name}:${line}`;
      if (problems <= MOST_NAMED) terminal.err(`${place}: ${reason}\n`);
    },
  });
  return {
    records,
    counts,
    summarise: () => {
      if (counts.spans === 0) {
        const none =
          counts.skipped > 0
            ? `${counts.skipped} are in it, and none of them between --from and --to`
            : 'there are none in it';
        const why = problems > 0 ? 'what there is cannot be read' : none;
        const names = files.map((file) => (file === '-' ? 'standard input' : file));
        throw new CommandError(`no spans from ${names.join(', ')}: ${why}`);
      }
      if (problems > MOST_NAMED) terminal.err(`and ${problems - MOST_NAMED} more problems like these\n`);
      const { rejected } = counts;
      if (rejected > 0)
        terminal.err(`${rejected} ${rejected === 1 ? 'span was' : 'spans were'} unusable and left out\n`);
    },
  };
}
