import type { Baseline } from '../baseline/port.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import type { ComponentKind } from '../domain/component.ts';
import type { Measurements } from '../domain/measurement.ts';
import { logBayesFactor, priorShift } from './bayes.ts';
import { isNoticeable } from './effect.ts';
import type { ScaleJudgement } from './port.ts';

/**
 * One trace against the baselines, in the form of a scale: what a single trace says of each of its components (the mean
 * of its values). Components without a baseline are left out. For `explain`; incidents never rest on one trace.
 */
export function judgeTrace(
  table: ComponentTable,
  baselines: readonly (Baseline | undefined)[],
  measurements: Measurements,
): ScaleJudgement {
  const means = meansOf(measurements);
  const known = [...means].filter(([component]) => baselines[component] !== undefined);
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
  known.forEach(([component, observed], i) => {
    const baseline = baselines[component];
    if (baseline === undefined) return;
    const kind = table.kindOf(component);
    const standardError = Math.sqrt(baseline.within + baseline.between[0]);
    const z = (observed - baseline.level) / standardError;
    judgement.component[i] = component;
    judgement.observed[i] = observed;
    judgement.expected[i] = baseline.level;
    judgement.z[i] = z;
    judgement.logBayes[i] = weigh(kind, { z, standardError, observed, level: baseline.level });
  });
  return judgement;
}

/** The strongest single piece of evidence for a change, at least 0. */
export function strengthOf({ logBayes }: ScaleJudgement): number {
  return logBayes.reduce((most, log) => Math.max(most, log), 0);
}

function weigh(
  kind: ComponentKind,
  {
    z,
    standardError,
    observed,
    level,
  }: { z: number; standardError: number; observed: number; level: number },
): number {
  const log = logBayesFactor(kind === 'calls' ? -z : z, standardError, priorShift(kind, level));
  return isNoticeable(kind, observed, level) ? log : Math.min(0, log);
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
