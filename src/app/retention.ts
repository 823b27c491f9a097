import { type Runtime, scheduleCron } from '../runtime/index.ts';
import type { Part } from './supervise.ts';

/** Old incidents and sent messages are kept for a quarter. */
const RETENTION_MS = 90 * 24 * 3_600_000;

/** Prunes the store every night. */
export function retention(store: { prune(beforeMs: number): Promise<object> }, runtime: Runtime): Part {
  let stop = (): void => undefined;
  const prune = async (): Promise<void> => {
    try {
      runtime.logger.info(await store.prune(runtime.clock.now() - RETENTION_MS), 'pruned what is too old');
    } catch (error) {
      runtime.logger.error({ err: error }, 'pruning failed; it is tried again tomorrow');
    }
  };
  return {
    start: () => {
      stop = scheduleCron(runtime.clock, { expression: '17 3 * * *' }, () => void prune());
      return Promise.resolve();
    },
    shutdown: () => Promise.resolve(stop()),
  };
}
