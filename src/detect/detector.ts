import type { Baseline } from '../baseline/port.ts';
import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import { SCALE_WINDOWS, SCALES } from '../domain/scales.ts';
import { type SummaryBatch, WINDOW_MS } from '../domain/summary.ts';
import { EffectFloors } from './effect-floors.ts';
import { LEAST_ERROR_RATIO } from './effect.ts';
import { ErrorSums, usualErrors, type UsualErrors } from './error-sums.ts';
import { judgeStranger } from './judge-calls.ts';
import { judgeComponent, LEAST_RATIO, RATIO_FLOOR } from './judge-component.ts';
import type { Judgement, ScaleJudgement } from './port.ts';
import { Strangers } from './strangers.ts';
import { type RingParts, WindowRing } from './window-ring.ts';

/** Excess of failures over the longest scale below which they have ended: half of what somebody notices. */
const STILL_FAILS = LEAST_ERROR_RATIO / 2;

/** Sealed windows against baselines: evidence for each component at each scale. */
export class Detector {
  readonly ring = new WindowRing();
  /** What people's feedback amounts to. */
  readonly floors = new EffectFloors();
  readonly errorSums = new ErrorSums();
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
    this.#addErrors(batch);
    const scales: ScaleJudgement[] = [];
    for (let scale = 0; scale < SCALES; scale++) scales.push(this.#judge(scale));
    return { toMs: batch.windowStartMs + WINDOW_MS, scales };
  }

  #addErrors(batch: SummaryBatch): void {
    for (let row = 0; row < batch.length; row++) {
      const component = batch.component[row];
      const baseline = this.#baselines[component];
      if (baseline === undefined || this.#table.kind[component] !== KindCode.error) continue;
      this.errorSums.add(component, { count: batch.count[row], failed: batch.sum[row] }, usualOf(baseline));
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
