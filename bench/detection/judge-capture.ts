import { performance } from 'node:perf_hooks';
import type { Config } from '../../src/config/index.ts';
import type { ReportIncident } from '../../src/domain/report.ts';
import { overlaps, score, type Truth } from '../scoring/index.ts';
import type { Capture } from '../verify/captures.ts';
import { incidentsOf, scoreWindows, tune } from './rival-run.ts';
import { RIVALS } from './rivals/index.ts';
import { type Setup, setupsOf } from './setups.ts';
import { learnAndJudge } from './spanwatch.ts';
import type { ResultRow } from './table.ts';
import { readTraceTable, type TraceTable } from './trace-table.ts';

const MINUTE_MS = 60_000;
/** Of the faults in Nezha's Train-Ticket only these show in spans: the others count neither way. */
const NEZHA = { name: /^nezha-tt-/, inSpans: 'cpu_contention' } as const;

/** All rows of a capture: each setup by ours, then by each rival with no more false openings than ours. */
export async function* judgeCapture(capture: Capture, config: Config): AsyncGenerator<ResultRow> {
  const { fromMs, toMs } = capture.times;
  const table = await readTraceTable(capture.path, { fromMs: fromMs - 1000, toMs: toMs + 1000 }, config);
  for (const setup of setupsOf(capture)) {
    const ours = await ownRow(capture, setup, config);
    yield ours;
    // The rivals see the capture as it is: a changed load is a question to ours.
    if (setup.parts.some(({ change }) => change !== undefined)) continue;
    yield* rivalRows(capture, setup, { table, seed: config.seed, allowed: ours.score.falseAlarms.length });
  }
}

async function ownRow(capture: Capture, setup: Setup, config: Config): Promise<ResultRow> {
  const started = performance.now();
  const incidents: ReportIncident[] = [];
  let expected = 0;
  for (const part of setup.parts) {
    const report = await learnAndJudge(capture.path, part, config);
    incidents.push(...report.incidents);
    expected += report.budget.expected;
  }
  return {
    capture: capture.name,
    learned: setup.name,
    method: 'spanwatch',
    score: score({ incidents }, truthOf(capture, setup)),
    seconds: secondsSince(started),
    expected,
  };
}

function* rivalRows(
  capture: Capture,
  setup: Setup,
  { table, seed, allowed }: { readonly table: TraceTable; readonly seed: number; readonly allowed: number },
): Generator<ResultRow> {
  const truth = truthOf(capture, setup);
  for (const rival of RIVALS) {
    const started = performance.now();
    const windows = scoreWindows(rival, table, setup, seed);
    const untuned = score({ incidents: incidentsOf(windows, 1) }, truth);
    const tuned = tune(windows, truth, allowed);
    yield {
      capture: capture.name,
      learned: setup.name,
      method: rival.name,
      score: tuned.score,
      seconds: secondsSince(started),
      tuned: { multiplier: tuned.multiplier, untunedFalseAlarms: untuned.falseAlarms.length },
    };
  }
}

/** All rows of faults.csv, and the captured minutes that the setup judges. */
function truthOf(capture: Capture, { parts }: Setup): Truth {
  const isJudged = (at: number): boolean =>
    parts.some(({ judged }) => overlaps([judged.fromMs, judged.toMs], [at, at + MINUTE_MS]));
  const truth = { rows: capture.faults, minutes: capture.times.minutes.filter(isJudged) };
  if (!NEZHA.name.test(capture.name)) return truth;
  return { ...truth, findable: ({ type }) => type === NEZHA.inSpans };
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
