import type { Baseline } from '../baseline/port.ts';
import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import type { ComponentKind } from '../domain/component.ts';
import type { Measurements } from '../domain/measurement.ts';
import { logBayesFactor, priorShift } from './bayes.ts';
import { isNoticeable } from './effect.ts';
import { NewErrors } from './new-errors.ts';
import type { ScaleJudgement } from './port.ts';
import { Strangers } from './strangers.ts';
import { logTailBayes } from './tail-bayes.ts';
import { TraceMeans } from './trace-means.ts';

/**
 * One trace against the baselines, in the form of a scale: what a single trace says of each of its components (the mean
 * of its values). Components without a baseline are left out, but calls that their parent never made. For `explain`;
 * incidents never rest on one trace.
 */
export function judgeTrace(
  table: ComponentTable,
  baselines: readonly (Baseline | undefined)[],
  measurements: Measurements,
): ScaleJudgement {
  const weigher = new TraceWeigher(table, baselines, () => 0);
  const most = measurements.length;
  const judgement = {
    scale: 0,
    length: 0,
    component: new Int32Array(most),
    count: new Float64Array(most).fill(1),
    observed: new Float64Array(most),
    expected: new Float64Array(most),
    z: new Float64Array(most),
    logBayes: new Float64Array(most),
  };
  weigher.weigh(measurements, ({ z, logBayes }, component, { observed, level }) => {
    const i = judgement.length++;
    judgement.component[i] = component;
    judgement.observed[i] = observed;
    judgement.expected[i] = level;
    judgement.z[i] = z;
    judgement.logBayes[i] = logBayes;
  });
  return judgement;
}

/** The strongest single piece of evidence for a change, at least 0. */
export function strengthOf({ length, logBayes }: ScaleJudgement): number {
  let most = 0;
  for (let i = 0; i < length; i++) most = Math.max(most, logBayes[i]);
  return most;
}

/**
 * `strengthOf(judgeTrace(...))` of one trace after the other, for the hot path: no columns are made for it. `baselines` are
 * read live; what is expected of an operation that is new follows them when `version` is another one, which is once a
 * window where they follow the traffic.
 */
export class TraceStrength {
  readonly #weigher: TraceWeigher;

  constructor(
    table: ComponentTable,
    baselines: readonly (Baseline | undefined)[],
    version: () => number = () => 0,
  ) {
    this.#weigher = new TraceWeigher(table, baselines, version);
  }

  of(measurements: Measurements): number {
    let most = 0;
    this.#weigher.weigh(measurements, ({ logBayes }) => {
      if (logBayes > most) most = logBayes;
    });
    return most;
  }
}

type Weighing = (
  weighed: Weighed,
  component: number,
  values: { readonly observed: number; readonly level: number },
) => void;

class TraceWeigher {
  readonly #table: ComponentTable;
  readonly #baselines: readonly (Baseline | undefined)[];
  readonly #strangers: Strangers;
  readonly #newErrors: NewErrors;
  readonly #means = new TraceMeans();

  constructor(table: ComponentTable, baselines: readonly (Baseline | undefined)[], version: () => number) {
    this.#table = table;
    this.#baselines = baselines;
    this.#strangers = new Strangers(table, baselines, () => false);
    this.#newErrors = new NewErrors(table, baselines, version);
  }

  /** Calls back for each component that there is something to compare with, in the order in which they came. */
  weigh(measurements: Measurements, each: Weighing): void {
    const { length, component: components, mean } = this.#means.fold(measurements);
    const { kind } = this.#table;
    for (let row = 0; row < length; row++) {
      const component = components[row];
      const observed = mean[row];
      const known = this.#baselines[component];
      const baseline =
        known ??
        (kind[component] === KindCode.error && observed > 0
          ? this.#newErrors.baseline
          : this.#strangers.baselineOf(component));
      if (baseline === undefined) continue;
      const weighed =
        known === undefined && kind[component] === KindCode.calls
          ? ofStranger(baseline, observed)
          : ofKnown(this.#table.kindOf(component), baseline, observed);
      each(weighed, component, { observed, level: baseline.level });
    }
  }
}

interface Weighed {
  readonly z: number;
  readonly logBayes: number;
}

function ofKnown(kind: ComponentKind, baseline: Baseline, observed: number): Weighed {
  const { level } = baseline;
  const standardError = Math.sqrt(baseline.within + baseline.between[0]);
  const z = (observed - level) / standardError;
  // Calls count in both directions, each with half of the prior.
  const log =
    kind === 'calls'
      ? logBayesFactor(Math.abs(z), standardError, priorShift(kind, level)) - Math.LN2
      : logBayesFactor(z, standardError, priorShift(kind, level));
  return { z, logBayes: isNoticeable(kind, observed, level) ? log : Math.min(0, log) };
}

/** One trace that makes the call, against none of so many. */
function ofStranger({ values }: Baseline, observed: number): Weighed {
  const logBayes =
    observed > 0 ? logTailBayes(1, 1, { offset: 0, exceeded: 0, traces: values, clump: 1 }) : 0;
  return { z: Math.sqrt(2 * Math.max(0, logBayes)), logBayes };
}
