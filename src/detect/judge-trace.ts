import type { Baseline } from '../baseline/port.ts';
import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import type { ComponentKind } from '../domain/component.ts';
import type { Measurements } from '../domain/measurement.ts';
import { logBayesFactor, priorShift } from './bayes.ts';
import { isNoticeable } from './effect.ts';
import { newErrorBaseline } from './new-errors.ts';
import type { ScaleJudgement } from './port.ts';
import { Strangers } from './strangers.ts';
import { logTailBayes } from './tail-bayes.ts';

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
  const strangers = new Strangers(table, baselines, () => false);
  let newErrors: Baseline | undefined;
  const known = [...meansOf(measurements)].flatMap(([component, observed]) => {
    const baseline =
      baselines[component] ??
      (table.kind[component] === KindCode.error && observed > 0
        ? (newErrors ??= newErrorBaseline(table, baselines))
        : strangers.baselineOf(component));
    return baseline === undefined ? [] : [{ component, observed, baseline }];
  });
  const judgement = {
    scale: 0,
    length: known.length,
    component: new Int32Array(known.length),
    count: new Float64Array(known.length).fill(1),
    observed: new Float64Array(known.length),
    expected: new Float64Array(known.length),
    z: new Float64Array(known.length),
    logBayes: new Float64Array(known.length),
  };
  known.forEach(({ component, observed, baseline }, i) => {
    const { z, logBayes } =
      baselines[component] === undefined && table.kind[component] === KindCode.calls
        ? ofStranger(baseline, observed)
        : ofKnown(table.kindOf(component), baseline, observed);
    judgement.component[i] = component;
    judgement.observed[i] = observed;
    judgement.expected[i] = baseline.level;
    judgement.z[i] = z;
    judgement.logBayes[i] = logBayes;
  });
  return judgement;
}

/** The strongest single piece of evidence for a change, at least 0. */
export function strengthOf({ logBayes }: ScaleJudgement): number {
  return logBayes.reduce((most, log) => Math.max(most, log), 0);
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

/** Mean by component; for calls the children of one parent. */
function meansOf(measurements: Measurements): Map<number, number> {
  const sums = new Map<number, { sum: number; count: number }>();
  for (let m = 0; m < measurements.length; m++) {
    const component = measurements.component[m];
    const entry = sums.get(component);
    if (entry === undefined) sums.set(component, { sum: measurements.value[m], count: 1 });
    else {
      entry.sum += measurements.value[m];
      entry.count++;
    }
  }
  return new Map([...sums].map(([component, { sum, count }]) => [component, sum / count]));
}
