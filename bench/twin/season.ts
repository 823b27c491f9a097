import { createVocabulary } from '../../src/app/vocabulary.ts';
import { BatchFit, DEFAULT_LEARNER_OPTIONS, Learner } from '../../src/baseline/index.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import { WINDOW_MS } from '../../src/domain/summary.ts';
import type { Topology } from '../../src/simulator/index.ts';
import { steadyTopology } from '../calibration/calibrate.ts';
import { seasonPower } from './season-power.ts';
import { SummaryTwin } from './summary-twin.ts';

/** What a season has to explain: how far the hours of a day lie from what is expected of them, over components. */
export interface SeasonFigure {
  /** Of load on speed: speeds are (rate by the hour, .6 to 1.5)^coupling. */
  readonly coupling: number;
  readonly components: number;
  /** Half of the difference between the slowest and the fastest hour of the system itself, in nepers. */
  readonly swing: number;
  /** Root mean square over hours of (mean - level), median over components, in nepers: by the model of the day before, and by the level that follows. */
  readonly fixed: number;
  readonly following: number;
  /** What a shift has to exceed to be one standard error at 120 s, median over components, in nepers. */
  readonly standardError: number;
}

const SERVICES = 5;
const TRACES_PER_SECOND = 2;
const HOURS = 24;
const WINDOWS_AN_HOUR = 3_600_000 / WINDOW_MS;
const START_MS = Date.UTC(2026, 4, 4);
/** Fewer traces an hour say nothing about it. */
const LEAST_TRACES = 200;
const LARGEST_SCALE = 3;

/** A day learned, the next one followed. */
export function seasonFigure(coupling: number, seed = 1): SeasonFigure {
  const grown = steadyTopology(seed, SERVICES);
  const topology: Topology = { ...grown, load: { ...grown.load, coupling } };
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const options = { topology, seed, startMs: START_MS, tracesPerSecond: TRACES_PER_SECOND };
  const twin = new SummaryTwin(vocabulary, options);
  const fit = new BatchFit(vocabulary.table, []);
  for (let i = 0; i < HOURS * WINDOWS_AN_HOUR; i++) fit.observe(twin.window());
  const model = fit.fit();
  const learner = new Learner(vocabulary.table, DEFAULT_LEARNER_OPTIONS);
  learner.adopt([...model].map(([id, baseline]) => [id, structuredClone(baseline)]));
  const fixed = new Hours();
  const following = new Hours();
  for (let i = 0; i < HOURS * WINDOWS_AN_HOUR; i++) {
    const window = twin.window();
    const hour = Math.floor(i / WINDOWS_AN_HOUR);
    for (let row = 0; row < window.length; row++) {
      const id = window.component[row];
      const known = model.get(id);
      const level = learner.baselines[id]?.level;
      if (known === undefined || level === undefined || vocabulary.table.kindOf(id) !== 'self') continue;
      fixed.add(id, hour, {
        sum: window.sum[row] - known.level * window.count[row],
        count: window.count[row],
      });
      following.add(id, hour, { sum: window.sum[row] - level * window.count[row], count: window.count[row] });
    }
    learner.observe(window);
  }
  const judged = fixed.components();
  return {
    coupling,
    components: judged.length,
    swing: (coupling * Math.log(1.5 / 0.6)) / 2,
    fixed: median(judged.map((id) => fixed.rms(id))),
    following: median(judged.map((id) => following.rms(id))),
    standardError: median(
      judged.map((id) => {
        const { inflation, between } = model.get(id) ?? { inflation: 0, between: [] };
        return inflation * Math.sqrt(between[LARGEST_SCALE]);
      }),
    ),
  };
}

class Hours {
  readonly #sums = new Map<number, { sum: number; count: number }[]>();

  add(id: number, hour: number, { sum, count }: { sum: number; count: number }): void {
    const hours = this.#sums.get(id) ?? Array.from({ length: HOURS }, () => ({ sum: 0, count: 0 }));
    this.#sums.set(id, hours);
    hours[hour].sum += sum;
    hours[hour].count += count;
  }

  /** Seen often enough in every hour. */
  components(): number[] {
    return [...this.#sums]
      .filter(([, hours]) => hours.every(({ count }) => count >= LEAST_TRACES))
      .map(([id]) => id);
  }

  rms(id: number): number {
    const hours = this.#sums.get(id) ?? [];
    return Math.sqrt(hours.reduce((sum, hour) => sum + (hour.sum / hour.count) ** 2, 0) / hours.length);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

if (import.meta.filename === process.argv[1])
  for (const coupling of [0, 0.1, 0.25]) {
    process.stdout.write(`${JSON.stringify({ ...seasonFigure(coupling), learned: 'a day' })}\n`);
    const { with: seasons, without } = seasonPower({ coupling });
    for (const [learned, power] of Object.entries({ 'three days': seasons, 'without seasons': without }))
      process.stdout.write(`${JSON.stringify({ coupling, learned, ...power })}\n`);
  }
