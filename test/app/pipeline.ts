import { learn, type LearnOptions } from '../../src/app/learn.ts';
import type { LoadedModel } from '../../src/app/model.ts';
import { latenessMs, TraceStage } from '../../src/app/trace-stage.ts';
import { VerdictStage } from '../../src/app/verdict-stage.ts';
import { createVocabulary, type Vocabulary } from '../../src/app/vocabulary.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../src/assemble/index.ts';
import type { Incident, IncidentEvent } from '../../src/domain/incident.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import { DEFAULT_INCIDENT_OPTIONS } from '../../src/incident/index.ts';
import { type FaultTruth, type Script, simulate, type Simulation } from '../../src/simulator/index.ts';
import type { FileRecord } from '../../src/sources/file/index.ts';

export const START_MS = Date.UTC(2026, 4, 1, 12);
export const QUIET_SECONDS = 1200;
const TRACES_PER_SECOND = 10;

export interface Learned {
  readonly vocabulary: Vocabulary;
  readonly model: LoadedModel;
}

/** A model of simulated minutes in which nothing breaks. */
export async function learnQuiet(
  seconds = QUIET_SECONDS,
  options: Partial<LearnOptions> = {},
): Promise<Learned> {
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const simulation = simulate({
    seed: 7,
    startMs: START_MS,
    tracesPerSecond: TRACES_PER_SECOND,
    names: vocabulary.names,
  });
  const model = await learn(vocabulary, recordsOf(simulation, seconds), {
    assemble: DEFAULT_ASSEMBLE_LIMITS,
    excluded: [],
    seed: 1,
    ...options,
  });
  return { vocabulary, model: { ...model, name: 'quiet' } };
}

/** A second a record, as the Collector's file exporter would have written them. */
export async function* recordsOf(simulation: Simulation, seconds: number): AsyncGenerator<FileRecord> {
  const batch = simulation.newBatch();
  for (let second = 0; second < seconds; second++) {
    batch.clear();
    simulation.second(second, batch);
    await Promise.resolve();
    if (batch.length > 0) yield { file: 'simulated', batch, arrivalUs: batch.latestEndUs() };
  }
}

export interface Verdict {
  readonly truth: FaultTruth;
  readonly incidents: Incident[];
  readonly events: IncidentEvent[];
  /** Second of the run. */
  readonly at: (epochMs: number) => number;
}

/** What a live process that had learned would have said of `seconds` in which `script` happens. */
export function judge(
  { vocabulary, model }: Learned,
  script: Script,
  seconds: number,
  {
    seed = 8,
    onEvent,
  }: {
    seed?: number;
    onEvent?: (incident: Incident, event: IncidentEvent, verdicts: VerdictStage) => void;
  } = {},
): Verdict {
  const startMs = START_MS + QUIET_SECONDS * 1000;
  const simulation = simulate({
    seed,
    startMs,
    tracesPerSecond: TRACES_PER_SECOND,
    script,
    names: vocabulary.names,
  });
  const incidents = new Map<string, Incident>();
  const events: IncidentEvent[] = [];
  // The stage learns on line: each run starts from baselines of its own.
  const baselines = new Map(
    [...model.baselines].map(([component, baseline]) => [component, structuredClone(baseline)]),
  );
  const verdicts = new VerdictStage(
    vocabulary,
    { ...model, baselines },
    {
      falseAlertsPerWeek: 1,
      incident: DEFAULT_INCIDENT_OPTIONS,
      latenessMs: latenessMs(DEFAULT_ASSEMBLE_LIMITS),
      excluded: [],
    },
    (incident, event) => {
      incidents.set(incident.id, incident);
      events.push(event);
      onEvent?.(incident, event, verdicts);
    },
  );
  const traces = new TraceStage(vocabulary, DEFAULT_ASSEMBLE_LIMITS, {
    onMeasured: (trace, measurements) => verdicts.onMeasured(trace, measurements),
    onSummarised: (trace, topped) => verdicts.recentTraces.summarised(trace, topped),
    onSealed: (batch) => verdicts.onSealed(batch),
  });
  const batch = simulation.newBatch();
  for (let second = 0; second < seconds; second++) {
    batch.clear();
    simulation.second(second, batch);
    traces.add(batch);
  }
  traces.flush();
  return {
    truth: simulation.truths[0],
    incidents: [...incidents.values()],
    events,
    at: (epochMs) => (epochMs - startMs) / 1000,
  };
}
