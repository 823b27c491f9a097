import { join } from 'node:path';
import type { NameDelta, NameLimits } from '../domain/names.ts';
import {
  type CheckpointFacts,
  lockFolder,
  openStateFolder,
  readCheckpoint,
  StateError,
  type StateFolder,
} from '../recovery/index.ts';
import type { Logger } from '../runtime/index.ts';
import type { AnnouncerState } from './announcer-parts.ts';
import type { FlowState } from './flow.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What a checkpoint holds. A change of any part of it raises CHECKPOINT_VERSION. */
export interface ServiceState {
  readonly names: NameDelta;
  readonly components: ReturnType<Vocabulary['table']['snapshot']>;
  readonly flow: FlowState;
  readonly announcer: AnnouncerState;
}

/** What an earlier process left, in the vocabulary of this one. */
export interface KeptState {
  readonly folder: StateFolder;
  /** undefined: there is none, or none that can be used. */
  readonly left?: { readonly number: number; readonly facts: CheckpointFacts; readonly state: ServiceState };
  /** Lets another process have the folder. */
  readonly release: () => void;
}

/**
 * Opens `dataDir/state` for this process alone, and takes the names and components of the newest good checkpoint over into
 * `vocabulary`, which must be new: before any model is read, because numbers in the checkpoint and in the journal are
 * those of the process that wrote them. Throws a StateError when another process holds the folder, or a newer Spanwatch
 * wrote in it.
 */
export function openKeptState(
  dataDir: string,
  vocabulary: Vocabulary,
  { logger, limits }: { readonly logger: Logger; readonly limits: NameLimits },
): KeptState {
  const folder = openStateFolder(join(dataDir, 'state'));
  const release = lockFolder(join(folder.path, 'lock'));
  try {
    const left = newestGood(folder, logger);
    if (left === undefined) return { folder, release };
    vocabulary.names.restore(left.state.names);
    vocabulary.table.restore(left.state.components);
    if (JSON.stringify(left.facts.names) !== JSON.stringify(limits))
      logger.warn(
        { was: left.facts.names, now: limits },
        'the limits on names changed: names that are known stay, new ones are held to the new limits',
      );
    return { folder, release, left };
  } catch (error) {
    release();
    throw error;
  }
}

function newestGood(folder: StateFolder, logger: Logger): KeptState['left'] {
  const numbers = folder.checkpoints().reverse();
  for (const number of numbers) {
    const path = folder.checkpoint(number);
    const outcome = readCheckpoint(path);
    if (outcome.kind === 'good')
      return { number, facts: outcome.facts, state: outcome.state as ServiceState };
    if (outcome.kind === 'newer') {
      throw new StateError(
        `${path}: ${outcome.reason}; run the newer Spanwatch, or move ${folder.path} away to start from the model`,
      );
    }
    logger.warn(
      { checkpoint: path, reason: outcome.reason },
      'a checkpoint cannot be used; trying the one before it',
    );
  }
  if (numbers.length > 0 || folder.segments().length > 0) {
    logger.error(
      { folder: folder.path },
      'no checkpoint can be used: starting from the model. Incidents are kept; open windows and what was learned on line are lost',
    );
  }
  return undefined;
}
