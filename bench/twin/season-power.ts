import { latenessMs } from '../../src/app/trace-stage.ts';
import { VerdictStage } from '../../src/app/verdict-stage.ts';
import { createVocabulary, type Vocabulary } from '../../src/app/vocabulary.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../src/assemble/index.ts';
import { type Baseline, BatchFit } from '../../src/baseline/index.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import { SCALES } from '../../src/domain/scales.ts';
import { WINDOW_MS } from '../../src/domain/summary.ts';
import { DEFAULT_INCIDENT_OPTIONS } from '../../src/incident/index.ts';
import type { Topology } from '../../src/simulator/index.ts';
import { steadyTopology } from '../calibration/calibrate.ts';
import { SummaryTwin } from './summary-twin.ts';

export interface SeasonPowerAsked {
  /** Of load on speed: speeds are (rate by the hour, .6 to 1.5)^coupling. */
  readonly coupling: number;
  readonly seed?: number;
  readonly services?: number;
  /** What the own work of a changed service takes, 1 for as usual. */
  readonly factor?: number;
}

/** What one of two models of the same three days gives: with seasons, and without. */
export interface SeasonPower {
  /** Own times that have a season, and all of them. */
  readonly seasonal: number;
  readonly components: number;
  /** What a shift has to exceed to be one standard error at 120 s, median over own times, in nepers. */
  readonly standardError: number;
  /** Root mean square over the hours of the quiet day of (mean - expected), median over own times, in nepers. */
  readonly left: number;
  /** On the quiet day: openings at P0 to P2, and any. */
  readonly told: number;
  readonly opened: number;
  readonly changes: readonly FoundChange[];
}

export interface FoundChange {
  readonly at: 'night' | 'noon';
  /** From its beginning to an opening, of any severity, that names its service first. */
  readonly seconds?: number;
  /** The largest log Bayes factor of its service's own times at any scale meanwhile. */
  readonly logBayes: number;
}

const TRACES_PER_SECOND = 2;
const LEARN_DAYS = 3;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const WINDOWS_A_DAY = DAY_MS / WINDOW_MS;
/** A Monday: the days learned, the quiet one and the one of changes have nearly one rhythm. */
const START_MS = Date.UTC(2026, 4, 4);
const QUIET_FROM_MS = START_MS + LEARN_DAYS * DAY_MS;
const CHANGES_FROM_MS = QUIET_FROM_MS + DAY_MS;
const CHANGE_MS = 20 * 60_000;
/** Each service has an hour of the night and one of noon in which it is slower for twenty minutes. */
const FIRST_HOURS = { night: 2, noon: 11 } as const;
const MOST_CHANGED = 3;
/** Without a season a model is of a day and a half at the most, and less than two days have none. */
const WITHOUT_FROM = (LEARN_DAYS - 1.5) * WINDOWS_A_DAY;

interface Change {
  readonly service: number;
  readonly at: 'night' | 'noon';
  readonly fromMs: number;
}

/** Three days learned with seasons and without, a quiet day and a day of changes judged by both. */
export function seasonPower({ coupling, seed = 1, services = 5, factor = 1.28 }: SeasonPowerAsked): {
  readonly with: SeasonPower;
  readonly without: SeasonPower;
} {
  const grown = steadyTopology(seed, services);
  const topology: Topology = { ...grown, load: { ...grown.load, coupling } };
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const changes = changesOf(topology);
  const twin = new SummaryTwin(vocabulary, {
    ...{ topology, seed, startMs: START_MS, tracesPerSecond: TRACES_PER_SECOND },
    slowdown: (service, ms) =>
      changes.some((change) => change.service === service && isDuring(change, ms)) ? factor : 1,
  });
  const fits = [new BatchFit(vocabulary.table, []), new BatchFit(vocabulary.table, [])];
  for (let i = 0; i < LEARN_DAYS * WINDOWS_A_DAY; i++) {
    const window = twin.window();
    fits[0].observe(window);
    if (i >= WITHOUT_FROM) fits[1].observe(window);
    twin.giveBack(window);
  }
  const [withSeasons, without] = fits.map((fit) => new Judged(vocabulary, fit.fit(), { changes, topology }));
  const lastMs = Math.max(...changes.map(({ fromMs }) => fromMs + CHANGE_MS));
  for (let ms = QUIET_FROM_MS; ms <= lastMs; ms += WINDOW_MS) {
    const window = twin.window();
    for (const judged of [withSeasons, without]) judged.see(window);
    twin.giveBack(window);
  }
  return { with: withSeasons.power(), without: without.power() };
}

function changesOf({ services }: Topology): Change[] {
  return (['night', 'noon'] as const).flatMap((at) =>
    services.slice(0, MOST_CHANGED).map((_, service) => {
      return { service, at, fromMs: CHANGES_FROM_MS + (FIRST_HOURS[at] + service) * HOUR_MS };
    }),
  );
}

function isDuring({ fromMs }: Change, ms: number): boolean {
  return ms >= fromMs && ms < fromMs + CHANGE_MS;
}

class Judged {
  readonly #vocabulary: Vocabulary;
  readonly #topology: Topology;
  readonly #stage: VerdictStage;
  readonly #found: { readonly change: Change; seconds?: number; logBayes: number }[];
  readonly #hours = new Map<number, { off: number; count: number }[]>();
  readonly #fitted: { readonly own: number[]; readonly seasonal: number; readonly standardError: number };
  #nowMs = 0;
  #told = 0;
  #opened = 0;

  constructor(
    vocabulary: Vocabulary,
    baselines: Map<number, Baseline>,
    { changes, topology }: { changes: readonly Change[]; topology: Topology },
  ) {
    this.#vocabulary = vocabulary;
    this.#topology = topology;
    this.#found = changes.map((change) => ({ change, logBayes: 0 }));
    const own = [...baselines].filter(([id]) => vocabulary.table.kindOf(id) === 'self');
    this.#fitted = {
      own: own.map(([id]) => id),
      seasonal: own.filter(([, { season }]) => season !== undefined).length,
      standardError: median(
        own.map(([, { inflation, between }]) => inflation * Math.sqrt(between[SCALES - 1])),
      ),
    };
    const model = {
      ...{ name: 'twin', baselines, forests: new Map<number, never>(), skew: [] },
      spreads: new Map<number, Float64Array>(),
      trainedOn: { from: '', to: '', spans: 0, traces: 0, windows: LEARN_DAYS * WINDOWS_A_DAY },
    };
    const options = {
      falseAlertsPerWeek: 1,
      incident: DEFAULT_INCIDENT_OPTIONS,
      latenessMs: latenessMs(DEFAULT_ASSEMBLE_LIMITS),
      excluded: [],
    };
    this.#stage = new VerdictStage(vocabulary, model, options, (incident, event) => {
      if (event.type !== 'opened' && event.type !== 'reopened') return;
      if (this.#nowMs < CHANGES_FROM_MS) {
        this.#opened++;
        if (event.severity !== 'P3') this.#told++;
      }
      for (const found of this.#found) {
        const name = topology.services[found.change.service].name;
        if (!isDuring(found.change, this.#nowMs) || incident.suspects[0]?.service !== name) continue;
        found.seconds ??= (this.#nowMs + WINDOW_MS - found.change.fromMs) / 1000;
      }
    });
  }

  see(window: ReturnType<SummaryTwin['window']>): void {
    this.#nowMs = window.windowStartMs;
    this.#stage.onSealed(window);
    if (this.#nowMs < CHANGES_FROM_MS) return this.#addHour(window);
    const { table } = this.#vocabulary;
    for (const found of this.#found) {
      if (!isDuring(found.change, this.#nowMs)) continue;
      const { name } = this.#topology.services[found.change.service];
      for (const scale of this.#stage.judgement?.scales ?? [])
        for (let i = 0; i < scale.length; i++) {
          const id = scale.component[i];
          if (table.kindOf(id) !== 'self') continue;
          if (table.names.serviceIdentity(table.names.serviceOf(table.a[id])).name !== name) continue;
          found.logBayes = Math.max(found.logBayes, scale.logBayes[i]);
        }
    }
  }

  power(): SeasonPower {
    const { own, seasonal, standardError } = this.#fitted;
    const left = [...this.#hours.values()].map((hours) => {
      const seen = hours.filter(({ count }) => count > 0);
      return Math.sqrt(seen.reduce((sum, { off, count }) => sum + (off / count) ** 2, 0) / seen.length);
    });
    return {
      ...{ seasonal, components: own.length, standardError, left: median(left) },
      ...{ told: this.#told, opened: this.#opened },
      changes: this.#found.map(({ change, seconds, logBayes }) => ({
        at: change.at,
        ...(seconds !== undefined && { seconds }),
        logBayes: Math.round(logBayes * 10) / 10,
      })),
    };
  }

  /** What an hour lies from what was expected when it was judged. */
  #addHour({ length, component, count, sum }: ReturnType<SummaryTwin['window']>): void {
    const hour = Math.floor((this.#nowMs - QUIET_FROM_MS) / HOUR_MS);
    for (let row = 0; row < length; row++) {
      const id = component[row];
      const level = this.#stage.baselines[id]?.level;
      if (level === undefined || !this.#fitted.own.includes(id)) continue;
      let hours = this.#hours.get(id);
      if (hours === undefined)
        this.#hours.set(id, (hours = Array.from({ length: 24 }, () => ({ off: 0, count: 0 }))));
      hours[hour].off += sum[row] - count[row] * level;
      hours[hour].count += count[row];
    }
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
