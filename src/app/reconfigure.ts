import type { Config } from '../config/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { ChannelChanges } from './channel-set.ts';
import type { PreparedTelling } from './telling.ts';
import { verdictOptions } from './verdict-options.ts';
import type { VerdictStage } from './verdict-stage.ts';

export interface ReconfiguredParts {
  readonly verdicts: Pick<VerdictStage, 'reconfigure'>;
  /** Throws when something of it cannot work. */
  readonly announcing: { readonly prepare: (next: Config) => PreparedTelling };
  readonly durable: { readonly checkpoints: { checkpointAnew(): Promise<boolean> } } | undefined;
}

/**
 * Takes over another configuration as a whole, or throws what says why not and changes nothing. `live` is the object that all
 * parts read what may change from.
 */
export function createReconfigure(
  live: Config,
  { verdicts, announcing, durable }: ReconfiguredParts,
  { logger }: Runtime,
): (next: Config) => ChannelChanges {
  return (next) => {
    const options = verdictOptions(next);
    const telling = announcing.prepare(next);
    Object.assign(live, next);
    verdicts.reconfigure(options);
    telling.take().catch((error: unknown) => {
      logger.error({ err: error }, 'a part could not be started anew; the next reload tries again');
    });
    // It is no input: what is recovered after a kill must not be judged by both.
    void durable?.checkpoints.checkpointAnew();
    return telling.channels;
  };
}
