import { latenessMs } from '../../src/app/trace-stage.ts';
import { VerdictStage } from '../../src/app/verdict-stage.ts';
import { createVocabulary } from '../../src/app/vocabulary.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../src/assemble/index.ts';
import { BatchFit } from '../../src/baseline/index.ts';
import type { LoadedModel } from '../../src/app/model.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import { WINDOW_MS } from '../../src/domain/summary.ts';
import { DEFAULT_INCIDENT_OPTIONS } from '../../src/incident/index.ts';
import { growTopology, type Topology } from '../../src/simulator/index.ts';
import { SummaryTwin } from '../twin/summary-twin.ts';

export const BUDGETS = [1, 7, 70] as const;
export const WEEKS = 4;
export const LEARN_HOURS = 24;
export const TRACES_PER_SECOND = 3;
/** Services of the five systems. */
export const SIZES = [3, 5, 8, 12, 16] as const;
const WINDOWS_AN_HOUR = 3_600_000 / WINDOW_MS;
const WINDOWS_A_WEEK = 7 * 24 * WINDOWS_AN_HOUR;
/** A Monday. */
const START_MS = Date.UTC(2026, 4, 4);

export interface Calibration {
  readonly services: number;
  readonly components: number;
  readonly weeks: number;
  /** Openings at P0 to P2, and at P3, by budget in the order of BUDGETS. */
  readonly counted: readonly number[];
  readonly harmless: readonly number[];
}

/** A grown system whose clocks do not drift: what a twin can be of. */
export function steadyTopology(seed: number, services: number): Topology {
  const grown = growTopology({ seed, services });
  return { ...grown, nodes: grown.nodes.map(({ name, skewUs }) => ({ name, skewUs })) };
}

export interface Asked {
  readonly seed: number;
  readonly services: number;
  readonly weeks: number;
}

/** Quiet weeks of one system, judged at each budget, by a model of the day before; told after each week with what there is so far. */
export function calibrate({ seed, services, weeks }: Asked, onWeek: (soFar: Calibration) => void): void {
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const stages: VerdictStage[] = [];
  const twin = new SummaryTwin(vocabulary, {
    topology: steadyTopology(seed, services),
    seed,
    startMs: START_MS,
    tracesPerSecond: TRACES_PER_SECOND,
    onTrace: (trace, measurements) => {
      for (const stage of stages) stage.onMeasured(trace, measurements);
    },
  });
  const model = learnWindows(vocabulary, twin);
  const harmless = BUDGETS.map(() => 0);
  BUDGETS.forEach((falseAlertsPerWeek, b) => {
    const baselines = new Map([...model.baselines].map(([id, baseline]) => [id, structuredClone(baseline)]));
    const options = {
      falseAlertsPerWeek,
      incident: DEFAULT_INCIDENT_OPTIONS,
      latenessMs: latenessMs(DEFAULT_ASSEMBLE_LIMITS),
      excluded: [],
    };
    stages.push(
      new VerdictStage(vocabulary, { ...model, baselines }, options, (_, event) => {
        if ((event.type === 'opened' || event.type === 'reopened') && event.severity === 'P3') harmless[b]++;
      }),
    );
  });
  const windows = Math.ceil(weeks * WINDOWS_A_WEEK);
  for (let i = 1; i <= windows; i++) {
    const window = twin.window();
    for (const stage of stages) stage.onSealed(window);
    twin.giveBack(window);
    if (i % WINDOWS_A_WEEK !== 0 && i !== windows) continue;
    const counted = stages.map(({ openings }) => openings);
    const soFar = { services, components: model.baselines.size, weeks: i / WINDOWS_A_WEEK };
    onWeek({ ...soFar, counted, harmless: [...harmless] });
  }
}

function learnWindows({ table }: ReturnType<typeof createVocabulary>, twin: SummaryTwin): LoadedModel {
  const fit = new BatchFit(table, []);
  const windows = LEARN_HOURS * WINDOWS_AN_HOUR;
  let traces = 0;
  for (let i = 0; i < windows; i++) {
    const window = twin.window();
    traces += window.traces;
    fit.observe(window);
    twin.giveBack(window);
  }
  return {
    name: 'twin',
    baselines: fit.fit(),
    forests: new Map(),
    skew: [],
    spreads: new Map(),
    trainedOn: {
      from: new Date(START_MS).toISOString(),
      to: new Date(START_MS + windows * WINDOW_MS).toISOString(),
      spans: 0,
      traces,
      windows,
    },
  };
}
