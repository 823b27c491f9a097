import type { Freeze } from '../../src/baseline/index.ts';
import { isLabelled, nearRow, notLearned } from '../scoring/index.ts';
import type { Capture } from '../verify/captures.ts';
import { dropToOneIn, double } from './load-change.ts';
import type { Part, Stretch } from './spanwatch.ts';

/** A way to learn from a capture and judge it; the findings of its parts are pooled. */
export interface Setup {
  readonly name: string;
  readonly parts: readonly Part[];
}

const HOUR_MS = 3_600_000;

/** The setups that make sense for a capture: with faults in it, or without. */
export function setupsOf(capture: Capture): Setup[] {
  return capture.faults.length > 0 ? faultySetups(capture) : quietSetups(capture);
}

function faultySetups(capture: Capture): Setup[] {
  const whole = wholeOf(capture);
  const known = labelledStretches(capture);
  return [
    {
      name: 'outside its faults, judged whole',
      parts: [{ learned: whole, notLearned: known, judged: whole, notFollowed: known }],
    },
    folds(capture),
    {
      name: 'faults left in, judged whole',
      parts: [{ learned: whole, notLearned: [], judged: whole, notFollowed: [] }],
    },
  ];
}

function quietSetups(capture: Capture): Setup[] {
  const { fromMs, toMs } = wholeOf(capture);
  const learned = { fromMs, toMs: Math.min(fromMs + HOUR_MS, (fromMs + toMs) / 2) };
  const judged = { fromMs: learned.toMs, toMs };
  const middleUs = ((judged.fromMs + judged.toMs) / 2) * 1000;
  const part = { learned, notLearned: [], judged, notFollowed: [] };
  return [
    { name: 'first hour, judged on the rest', parts: [part] },
    folds(capture),
    { name: 'first hour, load to 1/12 half way', parts: [{ ...part, change: dropToOneIn(12, middleUs) }] },
    { name: 'first hour, load doubled half way', parts: [{ ...part, change: double(middleUs) }] },
  ];
}

/** Learned on one half of the captured minutes, judged on the other, both ways. The judged half's labels stay unknown. */
function folds(capture: Capture): Setup {
  const { fromMs, toMs } = wholeOf(capture);
  const split = splitOf(capture);
  const halves: readonly Stretch[] = [
    { fromMs, toMs: split },
    { fromMs: split, toMs },
  ];
  const known = labelledStretches(capture);
  return {
    name: 'two folds, pooled',
    parts: [
      { learned: halves[0], notLearned: known, judged: halves[1], notFollowed: [] },
      { learned: halves[1], notLearned: known, judged: halves[0], notFollowed: [] },
    ],
  };
}

/** The first minute from the middle of the captured ones on that is near no fault, so that none is cut in two. */
export function splitOf({ faults, times }: Capture): number {
  const middle = Math.floor(times.minutes.length / 2);
  const near = faults.map(nearRow);
  const isFree = (at: number): boolean => !near.some(([from, to]) => from <= at && at <= to);
  return times.minutes.slice(middle).find(isFree) ?? times.minutes[middle];
}

function labelledStretches({ faults }: Capture): Freeze[] {
  return faults
    .filter(isLabelled)
    .map(notLearned)
    .map(([fromMs, toMs]) => ({ fromMs, toMs }));
}

/** A line is known by its first span's end: a second more holds the others. */
function wholeOf({ times }: Capture): Stretch {
  return { fromMs: times.fromMs - 1000, toMs: times.toMs + 1000 };
}
