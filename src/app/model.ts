import { type Baseline, restLevel } from '../baseline/index.ts';
import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import { unitOf } from '../domain/component.ts';
import { parseComponent } from '../domain/component-grammar.ts';
import { type EntryForest, forestFromJson, forestToJson } from '../forest/index.ts';
import type { SkewOffset } from '../measure/index.ts';
import {
  type BaselineRow,
  modelChecksum,
  type ModelData,
  readModel,
  type SeasonRow,
  type SpreadRow,
  type TrainedOn,
} from '../models/index.ts';

export { modelChecksum };

/** A model in the numbers of this process's vocabulary: what detection starts from. */
export interface LoadedModel {
  /** The directory's name, or `(none)`. */
  readonly name: string;
  /** Of its files; absent when it was not read from any. */
  readonly checksum?: string;
  readonly baselines: ReadonlyMap<number, Baseline>;
  readonly forests: ReadonlyMap<number, EntryForest>;
  /** Clock offsets that the baselines were learned with. */
  readonly skew: readonly SkewOffset[];
  /** By component, how much its pods differ from each other, by scale. */
  readonly spreads: ReadonlyMap<number, Float64Array>;
  readonly trainedOn: TrainedOn;
}

/** Starting from nothing: everything is `learning` until there is enough. */
export const NO_MODEL: LoadedModel = {
  name: '(none)',
  baselines: new Map(),
  forests: new Map(),
  skew: [],
  spreads: new Map(),
  trainedOn: { from: '', to: '', spans: 0, traces: 0, windows: 0 },
};

export type LoadOutcome =
  { readonly ok: true; readonly model: LoadedModel } | { readonly ok: false; readonly reason: string };

/** Reads a model directory; refused as a whole, with the reason, when any part of it is broken. */
export function loadModel(directory: string, table: ComponentTable): LoadOutcome {
  const read = readModel(directory);
  if (!read.ok) return read;
  const refuse = (reason: string): LoadOutcome => ({ ok: false, reason: `model ${directory}: ${reason}` });
  const baselines = new Map<number, Baseline>();
  for (const row of read.model.baselines) {
    const component = componentOf(table, row[0]);
    if (component === undefined)
      return refuse(`baselines.json: not a component key: ${JSON.stringify(row[0])}`);
    if (component >= 0) baselines.set(component, baselineOf(row));
  }
  for (const [key, harmonics, slots] of read.model.seasons) {
    const component = componentOf(table, key);
    if (component === undefined) return refuse(`seasons.json: not a component key: ${JSON.stringify(key)}`);
    const baseline = baselines.get(component);
    if (baseline === undefined || unitOf(table.kindOf(component)) !== 'us') continue;
    baseline.season = { harmonics: Float64Array.from(harmonics), slots: Float64Array.from(slots) };
    baseline.inLevel = 0;
  }
  const forests = new Map<number, EntryForest>();
  for (const row of read.model.forests) {
    const component = componentOf(table, row.entry);
    if (component === undefined)
      return refuse(`forests.json: not a component key: ${JSON.stringify(row.entry)}`);
    const outcome = forestFromJson(row.forest);
    if (!outcome.ok) return refuse(`forests.json: ${row.entry}: ${outcome.reason}`);
    const { usualLogSpans, threshold, usualStrength } = row;
    if (component >= 0)
      forests.set(table.a[component], { forest: outcome.forest, usualLogSpans, threshold, usualStrength });
  }
  const spreads = new Map<number, Float64Array>();
  for (const [key, ...own] of read.model.spreads) {
    const component = componentOf(table, key);
    if (component === undefined) return refuse(`spreads.json: not a component key: ${JSON.stringify(key)}`);
    if (component >= 0) spreads.set(component, Float64Array.from(own));
  }
  return {
    ok: true,
    model: {
      name: read.name,
      checksum: read.checksum,
      baselines,
      forests,
      skew: read.model.skew,
      spreads,
      trainedOn: read.model.trainedOn,
    },
  };
}

/** The model as plain data, in order of its keys: the same model gives the same bytes. */
export function modelData(table: ComponentTable, model: Omit<LoadedModel, 'name'>): ModelData {
  const baselines = [...model.baselines].map(([component, baseline]) =>
    rowOf(table.key(component), baseline),
  );
  const forests = [...model.forests].map(
    ([operation, { forest, usualLogSpans, threshold, usualStrength }]) => ({
      entry: table.key(table.id(KindCode.total, operation, 0)),
      usualLogSpans,
      threshold,
      usualStrength,
      forest: forestToJson(forest),
    }),
  );
  return {
    createdAt: model.trainedOn.to,
    trainedOn: model.trainedOn,
    skew: model.skew,
    spreads: [...model.spreads]
      .map(([component, own]) => spreadRow(table.key(component), own))
      .sort((a, b) => (a[0] < b[0] ? -1 : 1)),
    seasons: [...model.baselines]
      .flatMap(([component, { season }]): SeasonRow[] =>
        season === undefined ? [] : [[table.key(component), [...season.harmonics], [...season.slots]]],
      )
      .sort((a, b) => (a[0] < b[0] ? -1 : 1)),
    baselines: baselines.sort((a, b) => (a[0] < b[0] ? -1 : 1)),
    forests: forests.sort((a, b) => (a.entry < b.entry ? -1 : 1)),
  };
}

function componentOf(table: ComponentTable, key: string): number | undefined {
  try {
    return table.intern(parseComponent(key));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function spreadRow(key: string, [a, b, c, d]: Float64Array): SpreadRow {
  const short = (value: number): number => Number(value.toPrecision(4));
  return [key, short(a), short(b), short(c), short(d)];
}

function baselineOf(row: BaselineRow): Baseline {
  const [, level, within, b0, b1, b2, b3, inflation, windows, values, ...tail] = row;
  const baseline = { level, within, between: Float64Array.of(b0, b1, b2, b3), inflation, windows, values };
  if (tail.length === 0) return baseline;
  const [offset, exceeded, traces, clump, beyond] = tail;
  return {
    ...baseline,
    tail: { offset, exceeded, traces, clump, ...(beyond !== undefined && { beyond }) },
  };
}

function rowOf(key: string, baseline: Baseline): BaselineRow {
  // Eight digits are far below any spread, and make the file half as long.
  const short = (value: number): number => Number(value.toPrecision(8));
  const { within, between, inflation, windows, values, tail } = baseline;
  return [
    key,
    short(restLevel(baseline)),
    short(within),
    short(between[0]),
    short(between[1]),
    short(between[2]),
    short(between[3]),
    short(inflation),
    windows,
    values,
    ...(tail === undefined
      ? ([] as const)
      : ([
          short(tail.offset),
          short(tail.exceeded),
          tail.traces,
          short(tail.clump),
          ...(tail.beyond === undefined ? ([] as const) : ([short(tail.beyond)] as const)),
        ] as const)),
  ];
}
