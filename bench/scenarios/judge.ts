import { latenessMs, TraceStage } from '../../src/app/trace-stage.ts';
import { VerdictStage } from '../../src/app/verdict-stage.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../src/assemble/index.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { DEFAULT_INCIDENT_OPTIONS } from '../../src/incident/index.ts';
import { Cast, type FaultTruth, type Scenario, simulate } from '../../src/simulator/index.ts';
import { JUDGE_FROM_MS, LOSSES, NIGHT, type System } from './system.ts';

/** What was true of a run, and what was said of it. */
export interface ScenarioRun {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly truths: readonly FaultTruth[];
  readonly incidents: readonly Incident[];
  readonly spans: number;
}

export interface JudgeOptions {
  /** Ends as soon as there are as many incidents as faults: enough to say who was named, not how many follow. */
  readonly untilNamed?: boolean;
  /** Cuts the run short. */
  readonly mostSeconds?: number;
}

/** The default of the configuration. */
const FALSE_ALERTS_PER_WEEK = 1;
/** As in `run`: with no spans for ten seconds the clock moves event time on. */
const IDLE_SECONDS = 10;

/**
 * What a live process with the system's model says while the scenario happens.
 */
export function judgeScenario(
  system: System,
  scenario: Scenario,
  { untilNamed = false, mostSeconds = Infinity }: JudgeOptions = {},
): ScenarioRun {
  const { vocabulary, model } = system.load();
  const cast = new Cast(system.topology, NIGHT * system.tracesPerSecond, {
    seed: system.seed,
    play: scenario.name,
  });
  const simulation = simulate({
    seed: 2 * system.seed + 1,
    startMs: JUDGE_FROM_MS + (scenario.afterSeconds ?? 0) * 1000,
    tracesPerSecond: system.tracesPerSecond,
    topology: system.topology,
    ...LOSSES,
    script: scenario.script(cast),
    names: vocabulary.names,
  });
  // What changes in a scenario that must stay quiet is no fault.
  const truths = scenario.expect === 'quiet' ? [] : simulation.truths;
  const incidents = new Map<string, Incident>();
  const verdicts = new VerdictStage(
    vocabulary,
    model,
    {
      falseAlertsPerWeek: FALSE_ALERTS_PER_WEEK,
      incident: DEFAULT_INCIDENT_OPTIONS,
      latenessMs: latenessMs(DEFAULT_ASSEMBLE_LIMITS),
      excluded: [],
    },
    (incident) => incidents.set(incident.id, incident),
  );
  const traces = new TraceStage(vocabulary, DEFAULT_ASSEMBLE_LIMITS, {
    skew: model.skew,
    onMeasured: (trace, measurements) => verdicts.onMeasured(trace, measurements),
    onSealed: (batch) => verdicts.onSealed(batch),
  });
  const batch = simulation.newBatch();
  const seconds = Math.min(scenario.seconds, mostSeconds);
  let idle = 0;
  for (let second = 0; second < seconds; second++) {
    if (untilNamed && truths.length > 0 && incidents.size >= truths.length) break;
    batch.clear();
    simulation.second(second, batch);
    traces.add(batch);
    idle = batch.length > 0 ? 0 : idle + 1;
    if (idle > IDLE_SECONDS)
      traces.advanceTo((simulation.startMs + (second + 1 - IDLE_SECONDS) * 1000) * 1000);
  }
  traces.flush();
  return {
    scenario,
    seed: system.seed,
    fromMs: simulation.startMs,
    toMs: simulation.startMs + seconds * 1000,
    truths,
    incidents: [...incidents.values()],
    spans: traces.assembler.counts.spansIn,
  };
}
