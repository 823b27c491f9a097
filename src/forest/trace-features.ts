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
  const { component: components, value: values, length } = measured.measurements;
  const kinds = table.kind;
  let largest = 0;
  let slow = 0;
  let total = 0;
  let failing = 0;
  let unknown = 0;
  let more = 0;
  let fewer = 0;
  for (let m = 0; m < length; m++) {
    const component = components[m];
    const kind = kinds[component];
    const value = values[m];
    if (kind === KindCode.error) failing += value;
    const baseline = baselines[component];
    if (baseline === undefined) {
      if (kind !== KindCode.traffic) unknown++;
      continue;
    }
    const off = value - baseline.level;
    if (kind <= KindCode.total) {
      if (off > 0) slow += off;
      // A residual below the level is looked at end to end alone: spares a root a component.
      else if (kind !== KindCode.total) continue;
      const z = Math.min(LIMIT, off / Math.sqrt(baseline.within + baseline.between[0]));
      if (z > largest) largest = z;
      if (kind === KindCode.total) total = Math.max(-LIMIT, z);
    } else if (kind === KindCode.calls) {
      if (off > 0) more += off;
      else fewer -= off;
    }
  }
  into[at] = largest;
  into[at + 1] = slow;
  into[at + 2] = total;
  into[at + 3] = failing;
  into[at + 4] = unknown;
  into[at + 5] = Math.log(measured.spans) - measured.usualLogSpans;
  into[at + 6] = more;
  into[at + 7] = fewer;
  for (let f = at; f < at + TRACE_FEATURES.length; f++) into[f] = Math.round(into[f] * PER_UNIT) / PER_UNIT;
}
