import type { Baseline } from '../baseline/port.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import { SCALE_WINDOWS, SCALES } from '../domain/scales.ts';
import { type SummaryBatch, WINDOW_MS } from '../domain/summary.ts';
import { EffectFloors } from './effect-floors.ts';
import { judgeStranger } from './judge-calls.ts';
import { judgeComponent } from './judge-component.ts';
import type { Judgement, ScaleJudgement } from './port.ts';
import { Strangers } from './strangers.ts';
import { WindowRing } from './window-ring.ts';

/** Sealed windows against baselines: evidence for each component at each scale. */
export class Detector {
  readonly ring = new WindowRing();
  /** What people's feedback amounts to. */
  readonly floors = new EffectFloors();
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
    const scales: ScaleJudgement[] = [];
    for (let scale = 0; scale < SCALES; scale++) scales.push(this.#judge(scale));
    return { toMs: batch.windowStartMs + WINDOW_MS, scales };
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
      columns.logBayes[i] = calm ? Math.min(0, judged.logBayes) : judged.logBayes;
    }
    return columns;
  }
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
