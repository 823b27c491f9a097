import type { Config } from '../config/index.ts';
import { VERSION } from '../version.ts';
import type { Runtime } from '../runtime/index.ts';
import type { Announcer } from './announcer.ts';
import { Checkpoints } from './checkpoints.ts';
import type { Keeping } from './core.ts';
import type { Flow } from './flow.ts';
import type { KeptState, ServiceState } from './kept-state.ts';
import type { LoadedModel } from './model.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What an earlier process left, and which model to go on with. */
export interface Left {
  readonly kept: KeptState;
  /** When the configured model is not that of the checkpoint: reads it, once what was left is recovered. */
  readonly nextModel?: () => LoadedModel;
}

export interface Persisted {
  readonly vocabulary: Vocabulary;
  readonly model: LoadedModel;
  readonly flow: Flow;
  readonly announcer: Announcer;
}

/** Checkpoints and journal of a service, in `dataDir/state`. */
export function createKeeping(
  config: Config,
  { kept, nextModel }: Left,
  { vocabulary, model, flow, announcer }: Persisted,
  runtime: Runtime,
): Keeping {
  let current = { name: model.name, checksum: model.checksum ?? '' };
  const checkpoints = new Checkpoints(
    {
      folder: kept.folder,
      vocabulary,
      limits: config.checkpoint,
      facts: () => ({
        version: VERSION,
        createdAt: new Date(runtime.clock.now()).toISOString(),
        model: current,
        names: config.names,
        inputs: flow.inputs,
        lastInputAtMs: runtime.clock.now(),
      }),
      state: (): ServiceState => ({
        names: vocabulary.names.snapshot(),
        components: vocabulary.table.snapshot(),
        flow: flow.snapshot(),
        announcer: announcer.snapshot(),
      }),
    },
    kept.left?.number,
    runtime,
  );
  if (nextModel === undefined) return { kept, checkpoints };
  return {
    kept,
    checkpoints,
    nextModel: () => {
      const next = nextModel();
      current = { name: next.name, checksum: next.checksum ?? '' };
      return next;
    },
  };
}
