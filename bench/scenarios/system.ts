import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { learn } from '../../src/app/learn.ts';
import { loadModel, type LoadedModel, modelData } from '../../src/app/model.ts';
import { createVocabulary, type Vocabulary } from '../../src/app/vocabulary.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../src/assemble/index.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import { writeModel } from '../../src/models/index.ts';
import { growTopology, simulate, type Simulation, type Topology } from '../../src/simulator/index.ts';
import type { FileRecord } from '../../src/sources/file/index.ts';

/** Quiet time that each system's model is learned from, right before its scenarios. */
export const LEARN_SECONDS = 3600;
/** The mean over the day; at night it is less. */
export const TRACES_PER_SECOND = 10;
/** Share of the mean load at that hour. */
export const NIGHT = 0.6;
/** Some spans come late and some never, as with every Collector. */
export const LOSSES = { late: { ratio: 0.005, maxSeconds: 4 }, lost: 0.0005 } as const;
/** A Friday, 02:00 UTC: the nightly batch is in what is learned. */
const LEARN_FROM_MS = Date.UTC(2026, 4, 1, 2);
export const JUDGE_FROM_MS = LEARN_FROM_MS + LEARN_SECONDS * 1000;

/** A grown topology, and the model of its quiet hours in a folder of its own. */
export interface System {
  readonly seed: number;
  readonly topology: Topology;
  /** The mean over the day. */
  readonly tracesPerSecond: number;
  readonly learnedSpans: number;
  /** The model afresh, in the numbers of a vocabulary of its own: what one run learns no other run sees. */
  load(): { readonly vocabulary: Vocabulary; readonly model: LoadedModel };
  /** Removes the folder. */
  dispose(): void;
}

export interface SystemOptions {
  readonly topology?: Topology;
  readonly tracesPerSecond?: number;
}

/** Sixteen to forty services: room for ten callers of one database, small enough that each has traffic. */
export function topologyOf(seed: number): Topology {
  return growTopology({ seed, services: 16 + ((seed * 7) % 25) });
}

/** Learns the quiet hour of a system: that of `seed` when no topology is given. */
export async function learnSystem(
  seed: number,
  { topology = topologyOf(seed), tracesPerSecond = TRACES_PER_SECOND }: SystemOptions = {},
): Promise<System> {
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const simulation = simulate({
    seed: 2 * seed,
    startMs: LEARN_FROM_MS,
    tracesPerSecond,
    topology,
    ...LOSSES,
    names: vocabulary.names,
  });
  const learned = await learn(vocabulary, recordsOf(simulation, LEARN_SECONDS), {
    assemble: DEFAULT_ASSEMBLE_LIMITS,
    excluded: [],
    seed,
  });
  const folder = mkdtempSync(join(tmpdir(), 'spanwatch-scenarios-'));
  const directory = join(folder, topology.name);
  writeModel(directory, modelData(vocabulary.table, learned));
  return {
    seed,
    topology,
    tracesPerSecond,
    learnedSpans: learned.trainedOn.spans,
    load: () => {
      const fresh = createVocabulary(DEFAULT_NAME_LIMITS);
      const outcome = loadModel(directory, fresh.table);
      if (!outcome.ok) throw new Error(outcome.reason);
      return { vocabulary: fresh, model: outcome.model };
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function* recordsOf(simulation: Simulation, seconds: number): AsyncGenerator<FileRecord> {
  const batch = simulation.newBatch();
  for (let second = 0; second < seconds; second++) {
    batch.clear();
    simulation.second(second, batch);
    if (batch.length > 0)
      yield await Promise.resolve({
        file: 'simulated',
        batch,
        arrivalUs: (simulation.startMs + (second + 1) * 1000) * 1000,
      });
  }
}
