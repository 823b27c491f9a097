import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { learn } from '../../src/app/learn.ts';
import { loadModel, modelData } from '../../src/app/model.ts';
import { replay } from '../../src/app/replay.ts';
import { createVocabulary } from '../../src/app/vocabulary.ts';
import type { Freeze } from '../../src/baseline/index.ts';
import { type Config, loadConfig } from '../../src/config/index.ts';
import type { Names } from '../../src/domain/names.ts';
import type { Report } from '../../src/domain/report.ts';
import { createFormats } from '../../src/formats/index.ts';
import { writeModel } from '../../src/models/index.ts';
import {
  createFileCounts,
  type FileCounts,
  type FileRecord,
  readSpanFiles,
} from '../../src/sources/file/index.ts';

/** Spans of a file that end in [fromMs, toMs). */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What happens to a capture on its way in; the identity when absent. */
export type Change = (records: AsyncIterable<FileRecord>, names: Names) => AsyncIterable<FileRecord>;

export interface Part {
  readonly learned: Stretch;
  /** Left out of learning. */
  readonly notLearned: readonly Freeze[];
  readonly judged: Stretch;
  /** Judged, but not learned while judging. */
  readonly notFollowed: readonly Freeze[];
  readonly change?: Change;
}

/** The configuration of everybody who has none: one for all captures. */
export function defaultConfig(): Config {
  const outcome = loadConfig(undefined);
  if (!outcome.ok) throw new Error('the default configuration does not load');
  return outcome.config;
}

/**
 * `spanwatch learn` and `spanwatch replay` in this process. The model goes through its files, so that what is judged is
 * what users get. Rejects when a file cannot be read or the learned stretch is too short.
 */
export async function learnAndJudge(path: string, part: Part, config: Config): Promise<Report> {
  const directory = mkdtempSync(join(tmpdir(), 'spanwatch-bench-'));
  try {
    const model = join(directory, 'model');
    await learnInto(model, path, part, config);
    const vocabulary = createVocabulary(config.names);
    const loaded = loadModel(model, vocabulary.table);
    if (!loaded.ok) throw new Error(loaded.reason);
    const counts = createFileCounts();
    const records = recordsOf(path, part.judged, { names: vocabulary.names, counts });
    return await replay(
      { vocabulary, model: loaded.model },
      part.change?.(records, vocabulary.names) ?? records,
      { config, configSource: 'defaults', excluded: part.notFollowed, counts },
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function learnInto(model: string, path: string, part: Part, config: Config): Promise<void> {
  const vocabulary = createVocabulary(config.names);
  const records = recordsOf(path, part.learned, { names: vocabulary.names, counts: createFileCounts() });
  const learned = await learn(vocabulary, records, {
    assemble: config.assemble,
    excluded: part.notLearned,
    seed: config.seed,
  });
  if (learned.baselines.size === 0) throw new Error(`${path}: too little to learn from`);
  writeModel(model, modelData(vocabulary.table, learned));
}

export function recordsOf(
  path: string,
  { fromMs, toMs }: Stretch,
  { names, counts }: { readonly names: Names; readonly counts: FileCounts },
): AsyncIterable<FileRecord> {
  const formats = createFormats(names);
  return readSpanFiles([path], { formats, counts, fromUs: fromMs * 1000, toUs: toMs * 1000 });
}
