import {
  type Baseline,
  DEFAULT_LEARNER_OPTIONS,
  type Freeze,
  Learner,
  type LevelShift,
} from '../baseline/index.ts';
import { type ObservationContext, VersionChanges } from '../context/index.ts';
import { Detector, type Judgement, SETTLED_HOURS } from '../detect/index.ts';
import type { Locale } from '../domain/message.ts';
import type { CommandOutcome, IncidentCommand } from '../domain/incident-command.ts';
import type { UnseenFor } from '../domain/flow-input.ts';
import type { Incident, IncidentEvent } from '../domain/incident.ts';
import type { Measurements } from '../domain/measurement.ts';
import { type SummaryBatch, WINDOW_MS } from '../domain/summary.ts';
import type { Trace } from '../domain/trace.ts';
import { type EntryForest, TraceScorer } from '../forest/index.ts';
import { IncidentKeeper, type IncidentOptions } from '../incident/index.ts';
import { Locator } from '../locate/index.ts';
import { EntryReachCounter, rootOf, TypicalTraceRing } from '../measure/index.ts';
import { RecentTraces } from '../traces/index.ts';
import { PlaceWatch } from './place-watch.ts';
import { showsCalm } from './calm-shown.ts';
import { CoveredStretches } from './covered-stretches.ts';
import { unseenStretch } from './unseen-stretch.ts';
import { knowsTraffic } from './knows-traffic.ts';
import type { VerdictStageState } from './verdict-state.ts';
import type { LoadedModel } from './model.ts';
import { freezeOf } from './incident-freeze.ts';
import { type Cuts, OpeningCut } from './opening-cut.ts';
import { isOfRule, RuleWatch } from './rule-watch.ts';
import type { Rule } from '../rules/index.ts';
import type { Vocabulary } from './vocabulary.ts';
import { WhatPeopleSaid } from './what-people-said.ts';
import { WindowFindings } from './window-findings.ts';

export interface VerdictOptions {
  readonly falseAlertsPerWeek: number;
  readonly incident: IncidentOptions;
  /** What a window waits after its end before it is judged. */
  readonly latenessMs: number;
  /** Stretches that are judged but not learned. */
  readonly excluded: readonly Freeze[];
  /** Of what Spanwatch itself notes on a timeline; English when absent. */
  readonly locale?: Locale;
  /** The organisation's own; none when absent. */
  readonly rules?: readonly Rule[];
}

/** Sealed windows to incidents: detect, locate, keep; and what is learned on the way. */
export class VerdictStage {
  readonly keeper: IncidentKeeper;
  /** Windows judged. */
  windows = 0;
  /** Openings and reopenings at P0 to P2. */
  openings = 0;
  /** The newest; whoever keeps it, keeps it as it is. */
  judgement: Judgement | undefined;
  /** Name of the model that the forests are of. */
  forestsOf: string | undefined;
  /** The last windows of every component. */
  readonly recent: Detector['ring'];
  /** Whole traces that an incident may point at. */
  readonly recentTraces: RecentTraces;
  readonly said: WhatPeopleSaid;
  /** Needs no model. */
  readonly rules: RuleWatch;
  /** When services began to run another version. */
  readonly versions: VersionChanges;
  readonly #vocabulary: Vocabulary;
  #options: VerdictOptions;
  readonly #learner: Learner;
  readonly #detector: Detector;
  readonly #locator: Locator;
  /** Pods, versions and hosts beside their siblings. */
  readonly places: PlaceWatch;
  readonly #findings: WindowFindings;
  readonly #opening = new OpeningCut();
  readonly #scorer: TraceScorer;
  readonly #reach: EntryReachCounter;
  readonly #typical: TypicalTraceRing;
  readonly #context: ObservationContext;
  #modelHours: number;
  #judgedToMs = 0;
  /** Sees each measured trace before it is scored, with the operation of its root; borrows both. */
  onTrace: (entryOperation: number, trace: Trace, measurements: Measurements) => void = () => undefined;
  /** A new level became the baseline. */
  onAdopted: (shift: LevelShift) => void = () => undefined;
  /** Stretches that incidents at P0 to P2 cover. */
  readonly covered = new CoveredStretches();

  constructor(
    vocabulary: Vocabulary,
    model: LoadedModel,
    options: VerdictOptions,
    onEvent: (incident: Incident, event: IncidentEvent) => void,
  ) {
    const { table } = vocabulary;
    this.#vocabulary = vocabulary;
    this.#options = options;
    this.#reach = new EntryReachCounter(table);
    this.#learner = new Learner(table, DEFAULT_LEARNER_OPTIONS, options.excluded);
    this.#learner.adopt(model.baselines);
    this.#learner.onAdopted = (shift) => {
      this.onAdopted(shift);
      this.said.adopted(shift, this.keeper, this.#judgedToMs + this.#options.latenessMs);
    };
    const { baselines } = this.#learner;
    this.#detector = new Detector(table, baselines, (component) => this.#learner.isCollecting(component));
    this.recent = this.#detector.ring;
    const locale = (): Locale => this.#options.locale ?? 'en';
    this.said = new WhatPeopleSaid({ table, learner: this.#learner, detector: this.#detector, locale });
    this.#locator = new Locator(table);
    this.places = new PlaceWatch(table, baselines, this.#detector).adopt(model.spreads);
    this.#scorer = new TraceScorer(table, baselines, model.forests);
    this.#typical = new TypicalTraceRing(baselines);
    this.recentTraces = new RecentTraces(vocabulary.names, baselines);
    this.versions = new VersionChanges(vocabulary.names);
    this.#context = {
      ...{ versions: this.versions, table, baselines },
      ...{ recent: this.recent, reach: this.#reach, typical: this.#typical },
    };
    this.#modelHours = (model.trainedOn.windows * WINDOW_MS) / 3_600_000;
    const onChange = (incident: Incident, event: IncidentEvent): void => {
      if ('firing' in event) this.#freeze(incident);
      if (event.type === 'feedback') this.said.feedback(incident, event.verdict);
      if (event.type === 'opened' || event.type === 'reopened')
        this.openings += this.#opening.opens(event.severity !== 'P3');
      onEvent(incident, event);
    };
    const calm = showsCalm({ table, baselines, ring: this.#detector.ring });
    this.keeper = new IncidentKeeper(options.incident, onChange, calm);
    this.#findings = new WindowFindings(this.#locator, this.keeper, this.#context);
    this.rules = new RuleWatch(options.rules ?? [], { names: vocabulary.names, ...options }, onEvent);
  }

  /** Goes on with the incidents of an earlier process. */
  adopt(incidents: readonly Incident[]): void {
    this.rules.adopt(incidents);
    const found = incidents.filter((incident) => !isOfRule(incident));
    this.keeper.adopt(found);
    for (const incident of found) this.#freeze(incident);
  }

  /** Scores a measured trace, and remembers whom it touches and whether it is an ordinary one. */
  onMeasured(trace: Trace, measurements: Measurements): void {
    this.#reach.add(trace, measurements);
    this.rules.add(trace);
    this.versions.add(trace);
    const root = rootOf(trace);
    if (root >= 0) this.onTrace(trace.operation[root], trace, measurements);
    const scored =
      root < 0 ? undefined : this.#scorer.score(trace.operation[root], measurements, trace.spanCount);
    // Ordinary in one component and odd in another is no ordinary trace.
    if (scored?.outlier !== true && this.#typical.add(trace, measurements)) this.recentTraces.typical(trace);
  }

  onSealed(batch: SummaryBatch): void {
    this.windows++;
    if (batch.lossy) this.pause(batch.windowStartMs, batch.windowStartMs + WINDOW_MS);
    this.#learner.moveTo(batch.windowStartMs);
    const judgement = (this.judgement = this.#detector.observe(batch));
    const nowMs = (this.#judgedToMs = judgement.toMs) + this.#options.latenessMs;
    const [places, cuts] = [this.places.observe(batch), this.#cuts()];
    const found = this.#findings.tell(judgement, { cuts, places, nowMs }, this.#detector);
    this.rules.seal(batch.windowStartMs, nowMs);
    this.#opening.judged(judgement, { ...found, traces: batch.traces, cuts });
    this.#learner.observe(batch);
  }

  /** What a person asks; `stored` when the keeper may no longer hold the incident (`IncidentKeeper.command`). */
  command(command: IncidentCommand, stored?: Incident): CommandOutcome {
    return this.rules.command(command, stored) ?? this.keeper.command(command, stored);
  }

  takeForests({ name, forests }: LoadedModel): void {
    this.forestsOf = name;
    // As a whole: a trace is scored by the old ones or the new ones.
    this.#scorer.forests = forests;
  }

  /** What waits to be learned is dropped: a person does not trust it. */
  dropWaiting(): void {
    this.#learner.dropWaiting();
  }

  get forests(): ReadonlyMap<number, EntryForest> {
    return this.#scorer.forests;
  }

  /** By component number, live; undefined while there is not enough to judge by. */
  get baselines(): readonly (Baseline | undefined)[] {
    return this.#learner.baselines;
  }

  /** Another model takes the place of what was learned about the same components; what it does not know stays. */
  adoptModel(model: LoadedModel): { readonly replaced: number; readonly kept: number } {
    const before = this.learnedComponents;
    const replaced = this.#learner.replace(model.baselines);
    this.takeForests(model);
    this.places.adopt(model.spreads);
    this.#modelHours = (model.trainedOn.windows * WINDOW_MS) / 3_600_000;
    return { replaced, kept: before - replaced };
  }

  /** Nobody looked: that is no calm. Epoch ms. */
  pause(fromMs: number, toMs: number): void {
    for (const keeper of this.#keepersOf()) keeper.pause(() => [fromMs, toMs]);
  }

  /** What lies between the window judged last and this one, and this one when no trace is in it, was not seen: no calm. */
  holdUnseen({ traces, windowStartMs }: SummaryBatch): void {
    const seenFromMs = traces === 0 ? windowStartMs + WINDOW_MS : windowStartMs;
    if (this.#judgedToMs > 0) this.pause(this.#judgedToMs, seenFromMs);
  }

  /** Another budget, other timings of incidents, other rules and another language, from now on. */
  reconfigure({ falseAlertsPerWeek, incident, rules = [], locale = 'en' }: VerdictOptions): void {
    this.#options = { ...this.#options, falseAlertsPerWeek, incident, locale };
    this.keeper.reconfigure(incident);
    this.rules.reconfigure(incident, rules);
  }

  /** Silence of the first suspect, until `toMs`, is no calm. */
  unseen(services: readonly UnseenFor[], toMs: number): void {
    for (const keeper of this.#keepersOf()) keeper.pause(unseenStretch(services, toMs));
  }

  snapshot(): VerdictStageState {
    return {
      windows: this.windows,
      openings: this.openings,
      learner: this.#learner.snapshot(),
      ring: this.#detector.ring.snapshot(),
      places: this.places.snapshot(),
      locator: this.#locator.snapshot(),
      reach: this.#reach.snapshot(),
      typical: this.#typical.snapshot(),
      keeper: this.keeper.snapshot(),
      judgedToMs: this.#judgedToMs,
      ...(this.forestsOf !== undefined && { forestsOf: this.forestsOf }),
      floors: this.said.floors,
      rules: this.rules.snapshot(),
      versions: this.versions.snapshot(),
      evidence: this.#opening.snapshot(this.#detector),
    };
  }

  /** In place of what was learned, judged and adopted so far. */
  restore(state: VerdictStageState): void {
    this.windows = state.windows;
    this.openings = state.openings;
    this.#learner.restore(state.learner);
    this.#detector.ring.restore(state.ring);
    this.#locator.restore(state.locator);
    if (state.places !== undefined) this.places.restore(state.places);
    this.#reach.restore(state.reach);
    this.#typical.restore(state.typical);
    this.keeper.restore(state.keeper);
    this.#judgedToMs = state.judgedToMs ?? 0;
    this.said.setFloors(state.floors);
    if (state.rules !== undefined) this.rules.restore(state.rules);
    if (state.versions !== undefined) this.versions.restore(state.versions);
    if (state.evidence !== undefined) this.#opening.restore(state.evidence, this.#detector);
  }

  get learnedComponents(): number {
    return this.#learner.baselines.reduce((sum, baseline) => sum + (baseline === undefined ? 0 : 1), 0);
  }

  /** Whether any entry operation that was seen lately has a baseline: else the model is of another system. */
  get knowsTraffic(): boolean {
    return knowsTraffic(this.#vocabulary.table, this.#reach, this.#learner.baselines);
  }

  /** Learned and by rules: open, or resolved so lately that they may reopen. */
  get incidents(): readonly Incident[] {
    return this.#keepersOf().flatMap(({ incidents }) => incidents);
  }

  readonly #keepersOf = (): readonly IncidentKeeper[] => [this.keeper, this.rules.keeper];

  get openIncidents(): number {
    return this.incidents.filter(({ state }) => state !== 'resolved').length;
  }

  /** Hours of traffic that the baselines rest on: the model's, and what was judged since. */
  get learnedHours(): number {
    return this.#modelHours + (this.windows * WINDOW_MS) / 3_600_000;
  }

  /** Whether the model is young: it has not seen a whole day. */
  get calibrating(): boolean {
    return this.learnedHours < SETTLED_HOURS;
  }

  /** The score at which an incident opens that people are told of, by the budget. */
  cut(): number {
    return this.#cuts().told;
  }

  #cuts(): Cuts {
    const hypotheses = this.#locator.hypotheses(this.places.judgement?.parts);
    return this.#opening.cuts(this.#options.falseAlertsPerWeek, hypotheses);
  }

  #freeze(incident: Incident): void {
    const freeze = freezeOf(incident, this.#vocabulary.names);
    if (freeze === undefined) return;
    this.covered.cover(incident.id, [freeze.fromMs, freeze.toMs]);
    this.#learner.freeze(incident.id, freeze);
  }
}
