import type { Baseline } from '../baseline/port.ts';
import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import { isOfTail } from '../domain/fingerprint.ts';
import { SCALE_WINDOWS, SCALES } from '../domain/scales.ts';
import { LOG_OFFSET_US, type SummaryBatch, WINDOW_MS } from '../domain/summary.ts';
import { EffectFloors } from './effect-floors.ts';
import { LEAST_ERROR_RATIO } from './effect.ts';
import { ErrorSums, usualErrors, type UsualErrors } from './error-sums.ts';
import { judgeStranger } from './judge-calls.ts';
import { judgeComponent, LEAST_RATIO, RATIO_FLOOR } from './judge-component.ts';
import type { Judgement, ScaleJudgement, TailStretch } from './port.ts';
import { Strangers } from './strangers.ts';
import { tailOf } from './tail-counts.ts';
import { TailSums } from './tail-sums.ts';
import { type RingParts, WindowRing } from './window-ring.ts';

/** Excess of failures over the longest scale below which they have ended: half of what somebody notices. */
const STILL_FAILS = LEAST_ERROR_RATIO / 2;

/**
 * The tails that are added up: what services and queries take themselves. Those of the way between services are pauses of hosts and
 * networks, fractions of a millisecond that come in spells: over ten minutes they are no independent witnesses.
 */
const ADDS_UP: ReadonlySet<number> = new Set([KindCode.self, KindCode.dependency]);

interface Found {
  readonly fingerprint: string;
  readonly hot: readonly { readonly component: number }[];
}

/** Sealed windows against baselines: evidence for each component at each scale. */
export class Detector {
  readonly ring = new WindowRing();
  /** What people's feedback amounts to. */
  readonly floors = new EffectFloors();
  readonly errorSums = new ErrorSums();
  readonly tailSums = new TailSums();
  readonly #table: ComponentTable;
  readonly #baselines: readonly (Baseline | undefined)[];
  readonly #strangers: Strangers;

  /**
   * `baselines` by component number; read live, so that what is learned counts at the next window. `isBeingLearned`: windows
   * of a component without one were learned already, so that it is not new any more.
   */
  constructor(
    table: ComponentTable,
    baselines: readonly (Baseline | undefined)[],
    isBeingLearned: (component: number) => boolean = () => false,
  ) {
    this.#table = table;
    this.#baselines = baselines;
    this.#strangers = new Strangers(table, baselines, isBeingLearned);
  }

  observe(batch: SummaryBatch): Judgement {
    this.ring.push(batch, this.#baselines);
    this.#addUp(batch);
    const scales: ScaleJudgement[] = [];
    for (let scale = 0; scale < SCALES; scale++) scales.push(this.#judge(scale));
    return { toMs: batch.windowStartMs + WINDOW_MS, scales, ...this.#tails(scales[SCALES - 1]) };
  }

  /** The longest scale with what adds up in tails over more than that, told by the requests that lie there; nothing when nothing does. */
  #tails(longest: ScaleJudgement): Pick<Judgement, 'tails' | 'tailStretches'> {
    let tails: Columns | undefined;
    const stretches = new Map<number, TailStretch>();
    for (let i = 0; i < longest.length; i++) {
      const component = longest.component[i];
      const tail = this.#baselines[component]?.tail;
      if (tail === undefined || !ADDS_UP.has(this.#table.kind[component])) continue;
      if (this.floors.coversTail(component)) continue;
      const added = this.tailSums.logBayes(component, tail) - Math.LN2;
      if (added <= longest.logBayes[i]) continue;
      tails ??= {
        ...emptyColumns(longest.scale, 0),
        ...longest,
        count: longest.count.slice(),
        observed: longest.observed.slice(),
        z: longest.z.slice(),
        // What else is hot is the scales' business: what they do not open by themselves, tails must not tip over.
        logBayes: longest.logBayes.map((log) => Math.min(0, log)),
      };
      tails.logBayes[i] = added;
      const stretch = this.tailSums.stretch(component, tail);
      if (stretch !== undefined) stretches.set(component, stretch);
      const hits = hitsOf(this.ring.parts(component, SCALE_WINDOWS[longest.scale]));
      if (hits === undefined) continue;
      tails.count[i] = hits.count;
      tails.observed[i] = hits.observed;
      tails.z[i] = Math.sqrt(2 * Math.max(0, added));
    }
    return tails === undefined ? {} : { tails, tailStretches: stretches };
  }

  /** Where windows show what is hot they say it better than what adds up in its tail, which begins anew. */
  found(findings: readonly Found[]): void {
    for (const finding of findings)
      if (!isOfTail(finding)) for (const { component } of finding.hot) this.tailSums.forget(component);
  }

  #addUp(batch: SummaryBatch): void {
    for (let row = 0; row < batch.length; row++) {
      const component = batch.component[row];
      const baseline = this.#baselines[component];
      if (baseline === undefined) continue;
      const traces = batch.count[row];
      const kind = this.#table.kind[component];
      if (kind === KindCode.error)
        this.errorSums.add(component, { count: traces, failed: batch.sum[row] }, usualOf(baseline));
      if (baseline.tail === undefined || !ADDS_UP.has(kind)) continue;
      const { traces: exceeded, beyond } = tailOf(batch, row, baseline);
      this.tailSums.add(component, { window: this.ring.newest, traces, exceeded, beyond }, baseline.tail);
    }
  }

  /** What failures add up to, at the longest scale; nothing of what lies further back when they ended. */
  #added(component: number, parts: RingParts, baseline: Baseline): number {
    const usual = usualOf(baseline);
    let failed = 0;
    let traces = 0;
    for (let i = 0; i < parts.length; i++) {
      failed += parts.sum[i];
      traces += parts.count[i];
    }
    if (failed - usual.ratio * traces < STILL_FAILS * traces) {
      this.errorSums.forget(component);
      return 0;
    }
    return this.errorSums.logBayes(component, usual);
  }

  #judge(scale: number): ScaleJudgement {
    const size = Math.max(this.#baselines.length, this.#table.size);
    const columns = emptyColumns(scale, size);
    for (let component = 0; component < size; component++) {
      const known = this.#baselines[component];
      const baseline = known ?? this.#strangers.baselineOf(component);
      if (baseline === undefined) continue;
      const parts = this.ring.parts(component, SCALE_WINDOWS[scale]);
      if (parts.length === 0) continue;
      const judged =
        known === undefined
          ? judgeStranger(baseline, parts, scale)
          : judgeComponent(this.#table.kindOf(component), known, parts, scale);
      if (judged === undefined) continue;
      const i = columns.length++;
      columns.component[i] = component;
      columns.count[i] = judged.count;
      columns.observed[i] = judged.observed;
      columns.expected[i] = baseline.level;
      columns.z[i] = judged.z;
      columns.lostUs[i] = judged.lostUs;
      const { observed } = judged;
      const calm = this.floors.covers(component, this.#table.kindOf(component), {
        observed,
        expected: baseline.level,
      });
      const addsUp = scale === SCALES - 1 && this.#table.kind[component] === KindCode.error;
      const added = addsUp ? this.#added(component, parts, baseline) : 0;
      // The larger of two: half of the probability each.
      const logBayes = added > 0 ? Math.max(judged.logBayes, added - Math.LN2) : judged.logBayes;
      columns.logBayes[i] = calm ? Math.min(0, logBayes) : logBayes;
    }
    return columns;
  }
}

/** The requests in the tail, and the logarithm of their mean time as `observed` has it; undefined when there are none. */
function hitsOf({ length, exceeded, tailUs }: RingParts): { count: number; observed: number } | undefined {
  let count = 0;
  let us = 0;
  for (let i = 0; i < length; i++) {
    count += exceeded[i];
    us += tailUs[i];
  }
  return count > 0 ? { count, observed: Math.log(us / count + LOG_OFFSET_US) } : undefined;
}

function usualOf(baseline: Baseline): UsualErrors {
  return usualErrors(baseline, { least: LEAST_RATIO, floor: RATIO_FLOOR });
}

type Columns = { -readonly [K in keyof ScaleJudgement]-?: NonNullable<ScaleJudgement[K]> };

function emptyColumns(scale: number, capacity: number): Columns {
  return {
    scale,
    length: 0,
    component: new Int32Array(capacity),
    count: new Float64Array(capacity),
    observed: new Float64Array(capacity),
    expected: new Float64Array(capacity),
    lostUs: new Float64Array(capacity),
    z: new Float64Array(capacity),
    logBayes: new Float64Array(capacity),
  };
}
