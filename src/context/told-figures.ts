import type { Baseline } from '../baseline/port.ts';
import type { RecentWindows, TailStretch } from '../detect/port.ts';
import { unitOf } from '../domain/component.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import type { Evidence, TailFigures } from '../domain/evidence.ts';
import { bucketFloor, bucketFrom, usOf, WINDOW_MS } from '../domain/summary.ts';

/** Fewer traces than this say nothing of how large an effect is: as for one window that is judged alone. */
const LEAST_TRACES = 6;
/** Of failures, odd traces and the like a few traces say 0% or 50%: until then they are told as "3 of 12 so far". */
const LEAST_TRACES_OF_RATIO = 30;
/** Where as many are slow as are not, it is slow, whatever its tail. */
const MOST_IN_TAIL = 0.5;

export interface ToldContext {
  readonly table: ComponentTable;
  readonly baselines: readonly (Baseline | undefined)[];
  readonly recent: RecentWindows;
}

/**
 * What is told of a piece of evidence in place of what was judged, which stays as it is: of a tail how many requests lie in it;
 * where the windows judged reach back before the onset, what the whole ones since then show, or that there is none yet.
 */
export function toldFigures(
  context: ToldContext,
  piece: Evidence,
  at: {
    /** So many of the newest windows were judged. */
    readonly windows: number;
    readonly toMs: number;
    readonly component: number;
    readonly onsetMs: number | undefined;
    /** The tail is why it is told: what added up in it, where that was it. */
    readonly tail: TailStretch | 'of the windows' | undefined;
  },
): Pick<Evidence, 'tail' | 'sinceOnset' | 'soFar'> {
  const { component, onsetMs, toMs, windows } = at;
  const fromMs = onsetMs ?? toMs - windows * WINDOW_MS;
  const tail = at.tail === undefined ? undefined : tailFigures(context, component, { fromMs, tail: at.tail });
  if (typeof at.tail === 'object' && tail !== undefined) return { tail };
  const isFilling = onsetMs !== undefined && onsetMs + WINDOW_MS >= toMs;
  if (tail !== undefined && tail.share < MOST_IN_TAIL) return { tail, ...(isFilling && { soFar: true }) };
  return onsetMs === undefined ? {} : sinceOnset(context.recent, piece, { component, onsetMs, windows });
}

function sinceOnset(
  recent: RecentWindows,
  { kind, observed, direction }: Evidence,
  { component, onsetMs, windows }: { component: number; onsetMs: number; windows: number },
): Pick<Evidence, 'sinceOnset' | 'soFar'> {
  const unit = unitOf(kind);
  const least = unit === 'ratio' ? LEAST_TRACES_OF_RATIO : LEAST_TRACES;
  const whole = recent.since(component, onsetMs + WINDOW_MS);
  const isWhole = whole.traces >= least;
  const told = isWhole ? {} : { soFar: true as const };
  const seen = isWhole ? whole : recent.since(component, onsetMs);
  // Few are told by their number, what is said since then is of what came since then: never of the calm before it.
  if (windows === 1 || seen.traces === 0) return told;
  const mean = seen.sum / seen.traces;
  const value = unit === 'us' ? usOf(mean) : mean;
  // What was judged has calm in it, so that it is no more than what there is; if it is, it fades already.
  const isMore = direction === 'up' ? value > observed : value < observed;
  return isMore ? { sinceOnset: { observed: value, count: seen.traces }, ...told } : told;
}

/** Undefined where no tail was learned, or no request lies in it. */
function tailFigures(
  { baselines, recent }: ToldContext,
  component: number,
  { fromMs, tail: of }: { fromMs: number; tail: TailStretch | 'of the windows' },
): TailFigures | undefined {
  const baseline = baselines[component];
  if (baseline?.tail === undefined) return undefined;
  const { level, tail } = baseline;
  const isBeyond = typeof of === 'object' && of.beyond;
  const seen = typeof of === 'object' ? of : recent.since(component, fromMs);
  if (seen.traces === 0 || seen.inTail === 0) return undefined;
  const offset = isBeyond ? (tail.beyond ?? tail.offset) : tail.offset;
  return {
    share: Math.min(1, seen.inTail / seen.traces),
    usual: isBeyond ? 0 : tail.exceeded / Math.max(1, tail.traces),
    // Where its bucket begins: that is what was counted.
    overUs: usOf(bucketFloor(bucketFrom(level + offset))),
    count: Math.round(seen.traces),
  };
}
