/** What a model holds, as plain data. Keys by the component grammar; columns in the order of `BASELINE_COLUMNS`. */
export interface ModelData {
  readonly createdAt: string;
  readonly trainedOn: TrainedOn;
  readonly baselines: readonly BaselineRow[];
  readonly forests: readonly ForestRow[];
  readonly skew: readonly SkewRow[];
  /** Absent in models of older versions: pods are then compared with a usual spread. */
  readonly spreads: readonly SpreadRow[];
  /** Absent in models of older versions, and of less than two days. */
  readonly seasons: readonly SeasonRow[];
}

interface SkewEnd {
  readonly service: { readonly environment: string; readonly namespace: string; readonly name: string };
  readonly instance: string;
}

/** Clock offset between two instances, microseconds. */
export interface SkewRow {
  readonly caller: SkewEnd;
  readonly callee: SkewEnd;
  readonly offsetUs: number;
}

export interface TrainedOn {
  /** RFC 3339, event time. */
  readonly from: string;
  readonly to: string;
  readonly spans: number;
  readonly traces: number;
  /** 10 s windows with data. */
  readonly windows: number;
}

/**
 * Key, level, within, between at the four scales, inflation, windows, values; then, where a tail was learned, its offset
 * above the level, the traces in it, all traces, and how many come together.
 */
export type BaselineRow = readonly [
  string,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  ...([] | [number, number, number, number] | [number, number, number, number, number]),
];

export interface ForestRow {
  /** `total(...)` key of the entry operation. */
  readonly entry: string;
  readonly usualLogSpans: number;
  readonly threshold: number;
  readonly usualStrength: number;
  /** As the forest room writes it. */
  readonly forest: unknown;
}

/** Key, and the variance of a pod's own level at the four scales. */
export type SpreadRow = readonly [string, number, number, number, number];

/**
 * Key; cosine and sine of a day, cosine and sine of half a day (UTC); and 168 offsets of the hours of the week from Monday 00:00 UTC on,
 * or none. All in nepers.
 */
export type SeasonRow = readonly [string, readonly number[], readonly number[]];
