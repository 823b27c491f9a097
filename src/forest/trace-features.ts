import type { Baseline } from '../baseline/port.ts';
import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import type { Measurements } from '../domain/measurement.ts';

/** What the forest sees of a trace: residuals against the baselines, never raw milliseconds. */
export const TRACE_FEATURES = [
  'largest residual, in standard deviations',
  'sum of slow residuals, in nepers',
  'end-to-end residual, in standard deviations',
  'failing spans',
  'components never learned',
  'span count against the usual, in nepers',
  'calls more than usual',
  'calls fewer than usual',
] as const;

/** Features are rounded to a hundredth: what a baseline loses by being written to a file must not tell traces apart. */
const PER_UNIT = 100;
/** Beyond it every residual is just as odd. */
const LIMIT = 20;

/** Writes the features of one trace at `into[at ..]`. `usualLogSpans` is the entry's mean ln(span count). */
export function traceFeatures(
  table: ComponentTable,
  baselines: readonly (Baseline | undefined)[],
  measured: { measurements: Measurements; spans: number; usualLogSpans: number },
  { into, at }: { into: Float64Array; at: number },
): void {
  const { measurements } = measured;
  into.fill(0, at, at + TRACE_FEATURES.length);
  into[at + 5] = Math.log(measured.spans) - measured.usualLogSpans;
  for (let m = 0; m < measurements.length; m++) {
    const component = measurements.component[m];
    const kind = table.kind[component];
    const value = measurements.value[m];
    if (kind === KindCode.error) into[at + 3] += value;
    const baseline = baselines[component];
    if (baseline === undefined) {
      if (kind !== KindCode.traffic) into[at + 4]++;
      continue;
    }
    const off = value - baseline.level;
    if (kind <= KindCode.total) addLatency(into, at, { kind, off, baseline });
    else if (kind === KindCode.calls) into[at + (off > 0 ? 6 : 7)] += Math.abs(off);
  }
  for (let f = at; f < at + TRACE_FEATURES.length; f++) into[f] = Math.round(into[f] * PER_UNIT) / PER_UNIT;
}

function addLatency(
  into: Float64Array,
  at: number,
  { kind, off, baseline }: { kind: number; off: number; baseline: Baseline },
): void {
  const z = Math.min(LIMIT, off / Math.sqrt(baseline.within + baseline.between[0]));
  if (z > into[at]) into[at] = z;
  if (off > 0) into[at + 1] += off;
  if (kind === KindCode.total) into[at + 2] = Math.max(-LIMIT, z);
}
