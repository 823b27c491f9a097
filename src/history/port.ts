import type { ComponentKind, ComponentUnit } from '../domain/component.ts';

/** Rolled-up summaries of one component: 10 s for hours, a minute for days, an hour for weeks. */
export interface SeriesQuery {
  /** Key by the component grammar. */
  readonly component: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** At most this many points; the finest roll-up that fits is taken. */
  readonly maxPoints: number;
}

export interface SeriesPoint {
  /** Start of the stretch, epoch ms of event time. */
  readonly atMs: number;
  readonly widthMs: number;
  /** Traces that it rests on. */
  readonly count: number;
  /** In the series' unit: geometric mean for latency (microseconds), ratio or mean count otherwise. */
  readonly mean: number;
  /** Latency only, microseconds, from the histogram. */
  readonly p50?: number;
  readonly p99?: number;
  /** The baseline as it was when the stretch was judged, and its band of two standard errors; absent while learning. */
  readonly expected?: number;
  readonly low?: number;
  readonly high?: number;
}

export interface ComponentSeries {
  readonly component: string;
  readonly kind: ComponentKind;
  readonly unit: ComponentUnit;
  readonly widthMs: number;
  readonly points: readonly SeriesPoint[];
}

/** A component now: over the last minute judged, beside its baseline. */
export interface ComponentNow {
  readonly component: string;
  readonly kind: ComponentKind;
  readonly unit: ComponentUnit;
  /** Traces in the last minute judged. */
  readonly count: number;
  /** Of that minute; of the newest window that has it when that has none. */
  readonly observed: number;
  readonly expected?: number;
  readonly low?: number;
  readonly high?: number;
  /** Epoch ms of the newest window that has it. */
  readonly lastSeenMs: number;
}

/** What charts, the API, period-over-period rules and the gate of feedback read. */
export interface HistoryReader {
  /** undefined when the component is not known. */
  series(query: SeriesQuery): Promise<ComponentSeries | undefined>;
  /** All components that are known now, in no particular order; cheap enough for a page. */
  now(): readonly ComponentNow[];
}
