import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../runtime/index.ts';

/** Checkpoints and journal segments by number; a segment holds the inputs since the checkpoint of its number. */
export interface StateFolder {
  readonly path: string;
  checkpoint(number: number): string;
  segment(number: number): string;
  /** Numbers, ascending. */
  checkpoints(): number[];
  segments(): number[];
  /** Forgets what the checkpoints `keep`, the newest of them, and the segments since make needless. */
  prune(keep: readonly number[]): void;
}

/** Makes the folder when it is absent; removes what a kill left half-written in it. */
export function openStateFolder(path: string): StateFolder {
  makeFolder(path, 0o700);
  for (const name of readdirSync(path)) if (name.endsWith('.tmp')) rmSync(join(path, name), { force: true });
  const numbered = (pattern: RegExp): number[] =>
    readdirSync(path)
      .flatMap((name) => pattern.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  const pad = (number: number): string => String(number).padStart(8, '0');
  const folder: StateFolder = {
    path,
    checkpoint: (number) => join(path, `checkpoint-${pad(number)}.bin`),
    segment: (number) => join(path, `journal-${pad(number)}.log`),
    checkpoints: () => numbered(/^checkpoint-(\d{8,})\.bin$/),
    segments: () => numbered(/^journal-(\d{8,})\.log$/),
    prune: (keep) => {
      const oldest = Math.min(...keep);
      for (const number of folder.checkpoints())
        if (!keep.includes(number)) rmSync(folder.checkpoint(number), { force: true });
      for (const number of folder.segments())
        if (number < oldest) rmSync(folder.segment(number), { force: true });
    },
  };
  return folder;
}
