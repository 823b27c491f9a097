import { type Runtime, scheduleCron } from '../runtime/index.ts';
import type { Part } from './supervise.ts';

const DAY_MS = 24 * 3_600_000;

/** Prunes the store every night. */
export function retention(
  store: { prune(beforeMs: number): Promise<object> },
  { days }: { readonly days: number },
  runtime: Runtime,
): Part {
  let stop = (): void => undefined;
  const prune = async (): Promise<void> => {
    try {
      runtime.logger.info(await store.prune(runtime.clock.now() - days * DAY_MS), 'pruned what is too old');
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
