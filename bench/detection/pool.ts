import { percentile, type Score } from '../scoring/index.ts';
import type { ResultRow } from './table.ts';

/** Rows of several captures that learned in the same way, by method, as one row each; none where there is one capture. */
export function pooledRows(rows: readonly ResultRow[]): ResultRow[] {
  const faulty = rows.filter(({ score }) => score.faults.length > 0);
  const groups = Map.groupBy(faulty, ({ learned, method }) => `${learned}\n${method}`);
  return [...groups.values()].filter((group) => group.length > 1).map(poolRows);
}

function poolRows(rows: readonly ResultRow[]): ResultRow {
  const [{ learned, method }] = rows;
  const sum = (value: (row: ResultRow) => number): number => rows.reduce((so, row) => so + value(row), 0);
  return {
    capture: 'pooled',
    learned,
    method,
    score: poolScores(rows.map((row) => row.score)),
    seconds: sum(({ seconds }) => seconds),
    ...(rows.every(({ expected }) => expected !== undefined)
      ? { expected: sum(({ expected }) => expected ?? 0) }
      : {}),
    ...(rows.every(({ tuned }) => tuned !== undefined)
      ? {
          tuned: {
            // Each capture has its own.
            multiplier: Number.NaN,
            untunedFalseAlarms: sum(({ tuned }) => tuned?.untunedFalseAlarms ?? 0),
          },
        }
      : {}),
  };
}

/** Counts are added, percentiles taken over all found faults. */
export function poolScores(scores: readonly Score[]): Score {
  const sum = (value: (score: Score) => number): number => scores.reduce((so, one) => so + value(one), 0);
  const faults = scores.flatMap((one) => one.faults);
  const found = faults.filter(({ suspects }) => suspects !== undefined);
  const delays = found.map(({ detectedAfterSeconds }) => detectedAfterSeconds ?? Number.NaN);
  const truePositives = sum(({ minutes }) => minutes.truePositives);
  const falsePositives = sum(({ minutes }) => minutes.falsePositives);
  const falseNegatives = sum(({ minutes }) => minutes.falseNegatives);
  return {
    faults,
    found: found.length,
    top1: sum(({ top1 }) => top1),
    top3: sum(({ top3 }) => top3),
    falseAlarms: scores.flatMap(({ falseAlarms }) => falseAlarms),
    quietHours: sum(({ quietHours }) => quietHours),
    minutes: {
      truePositives,
      falsePositives,
      falseNegatives,
      precision: truePositives / (truePositives + falsePositives),
      recall: truePositives / (truePositives + falseNegatives),
      f1: (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives),
    },
    detectedAfterSeconds: { p50: percentile(delays, 0.5), p90: percentile(delays, 0.9) },
    incidentsPerFault: found.reduce((so, { incidents }) => so + incidents, 0) / found.length,
  };
}
