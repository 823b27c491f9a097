import type { Incident } from '../domain/incident.ts';
import { type Replayed, replayJournal } from '../recovery/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { Store } from '../store/index.ts';
import type { Announcer } from './announcer.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Flow } from './flow.ts';
import type { KeptState } from './kept-state.ts';
import type { LoadedModel } from './model.ts';
import type { Part } from './supervise.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface CoreParts {
  readonly flow: Flow;
  readonly vocabulary: Vocabulary;
  readonly announcer: Announcer;
  readonly store: Store;
  readonly clock: 'wall' | 'event';
  /** Sources by name: those that keep no cursor lose what is sent while nobody listens. */
  readonly sources: readonly string[];
  /** Resolves when what the events caused besides messages is written. */
  readonly settled: () => Promise<void>;
}

export interface Keeping {
  readonly kept: KeptState;
  readonly checkpoints: Checkpoints;
  /** The configured model, when it is another one than that of the checkpoint: it is taken over once all is recovered. */
  readonly nextModel?: () => LoadedModel;
}

/**
 * What detection knows, over restarts: at the start the newest good checkpoint, then the journal's inputs, then what the
 * store has of incidents beyond that, then a checkpoint of it all; at shutdown another one. Under `event` the end of the
 * process is the end of the input. Without `keeping` the flow starts anew and knows the store's incidents.
 */
export function createCore(parts: CoreParts, keeping: Keeping | undefined, runtime: Runtime): Part {
  const { flow, announcer, store, clock, settled } = parts;
  return {
    start: async () => {
      const restored = keeping === undefined ? false : recover(parts, keeping, runtime);
      adoptFrom(await incidentsLeft(store), parts, restored);
      await announcer.adoptHeld(await store.openIncidents());
      if (keeping === undefined) return;
      const written = keeping.checkpoints.checkpoint();
      flow.onInput = (input) => keeping.checkpoints.record(input, flow.inputs);
      await written;
    },
    shutdown: async () => {
      if (clock === 'event' || keeping === undefined) flow.end();
      await announcer.close();
      await settled();
      if (keeping === undefined) return;
      const written = await keeping.checkpoints.close();
      if (!written && clock === 'wall') {
        // What is open cannot be carried over: better judged early than never.
        flow.end();
        await announcer.close();
        await settled();
      }
      keeping.kept.release();
    },
  };
}

/** Whether there was anything to go on with. */
function recover(parts: CoreParts, { kept, nextModel }: Keeping, runtime: Runtime): boolean {
  const { flow, announcer } = parts;
  const { left, folder } = kept;
  if (left === undefined) return false;
  const startedAtMs = runtime.clock.now();
  announcer.quiet = true;
  flow.restore(left.state.flow);
  announcer.restore(left.state.announcer);
  const segments = folder.segments().filter((number) => number >= left.number);
  const replayed = replayJournal(
    segments.map((number) => folder.segment(number)),
    {
      names: parts.vocabulary.names,
      from: left.facts.inputs,
      apply: (input, sequence) => {
        try {
          flow.apply(input);
        } catch (error) {
          // As when it came: its sender was told of an error, and the process lived on.
          runtime.logger.error({ input: input.kind, sequence, err: error }, 'an input failed again');
        }
      },
    },
  );
  announcer.quiet = false;
  report(
    replayed,
    { checkpoint: folder.checkpoint(left.number), tookMs: runtime.clock.now() - startedAtMs },
    runtime,
  );
  if (nextModel !== undefined) {
    const model = nextModel();
    const dropped = flow.adoptModel(model);
    runtime.logger.warn(
      { was: left.facts.model.name, now: model.name, ...dropped },
      'the model changed: its baselines and forests take the place of what was learned on line about the same components',
    );
  }
  const lastInputAtMs = replayed.lastInputAtMs ?? left.facts.lastInputAtMs;
  const loses = parts.sources.some((source) => !flow.cursors().has(source));
  if (parts.clock === 'wall' && loses && lastInputAtMs > 0) flow.gap(runtime.clock.now() - lastInputAtMs);
  return true;
}

function report(
  { inputs, spans, torn, gap }: Replayed,
  where: { checkpoint: string; tookMs: number },
  { logger, metrics }: Runtime,
): void {
  metrics.gauge('spanwatch_recovered_inputs', 'Inputs applied again at the start.').set(inputs);
  for (const reason of torn)
    logger.warn({ reason }, 'the end of a journal segment is left out: it was never answered');
  if (gap !== undefined)
    logger.error({ reason: gap }, 'the journal has a hole: what came after it is lost, and is left out');
  logger.info({ ...where, inputs, spans }, 'went on where the process before stopped');
}

/** Incidents that people were told more of than the state knows; without a state, all that may go on. */
function adoptFrom(stored: readonly Incident[], { flow, announcer }: CoreParts, restored: boolean): void {
  const known = new Map(flow.verdicts.incidents.map(({ id, revision }) => [id, revision]));
  const ahead = stored.filter(({ id, revision, state }) => {
    const revisionKnown = known.get(id);
    if (revisionKnown === undefined) return !restored || state !== 'resolved';
    return revisionKnown < revision;
  });
  flow.adopt(ahead);
  announcer.adopt(ahead);
}

/** More were never open, or resolved within the grace of a reopening, at once. */
const MOST_RESOLVED_LATELY = 100;

/** What an earlier process left open, or resolved so lately that it may reopen: oldest first. */
async function incidentsLeft(store: Store): Promise<readonly Incident[]> {
  const open = await store.openIncidents();
  const latest = await store.incidents({ limit: MOST_RESOLVED_LATELY });
  return [...latest.filter(({ state }) => state === 'resolved').reverse(), ...open];
}
