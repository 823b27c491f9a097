import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../src/domain/report.ts';
import { type Score, score } from '../scoring/index.ts';
import { type Capture, exclusions, openCapture, timestamp } from './captures.ts';
import type { Context } from './context.ts';
import { atLeast, atMost, barRow, infoRow, mustBe, type Row, skippedRow } from './row.ts';
import { mustRun } from './spanwatch-process.ts';

const HOUR_MS = 3_600_000;

interface Replayed {
  readonly report: Report;
  /** As written, to compare. */
  readonly bytes: string;
  readonly printed: string;
  readonly seconds: number;
}

/** Section 2: faults found, blamed and not invented on the captures, by their scoring protocol. */
export async function* verifyDetection(context: Context): AsyncGenerator<Row> {
  yield* verifyOnlineBoutique(context);
  yield* verifyQuiet(context);
  yield* verifyNezha(context);
}

/** The model of the capture's ordinary hours, as sections 2 and 3 use it. */
export async function learnClean(
  capture: Capture,
  scratch: string,
): Promise<{ directory: string; seconds: number }> {
  const directory = join(scratch, `${capture.name}-clean`);
  const { seconds } = await mustRun(['learn', capture.path, '-o', directory, ...exclusions(capture.faults)]);
  return { directory, seconds };
}

async function* verifyOnlineBoutique({ dataDir, scratch }: Context): AsyncGenerator<Row> {
  const name = 'onlineboutique-0822';
  const capture = await openCapture(dataDir, name);
  if (capture === undefined) return yield skippedRow(name, 'the capture is not in the folder');
  const truth = { rows: capture.faults, minutes: capture.times.minutes };
  const learned = await learnClean(capture, scratch);
  const excluded = exclusions(capture.faults);
  const first = await replay(capture, learned.directory, scratch, excluded);
  const clean = score(first.report, truth);
  yield barRow(
    `${name}: learn and replay`,
    `${(learned.seconds + first.seconds).toFixed(1)} s`,
    atMost(learned.seconds + first.seconds, 60, ' s'),
  );
  const usable = clean.faults.length;
  yield barRow(`${name}: faults found`, `${clean.found} of ${usable}`, atLeast(clean.found, 11));
  yield barRow(`${name}: first suspect right`, `${clean.top1} of ${clean.found}`, atLeast(clean.top1, 10));
  yield falseAlarmRow(name, clean, atMost(clean.falseAlarms.length, 1));
  yield* figures(name, clean);
  const second = await replay(capture, learned.directory, scratch, excluded);
  const same = first.bytes === second.bytes && first.printed === second.printed;
  yield barRow(
    `${name}: two replays, report and text compared`,
    same ? `the same ${first.bytes.length + first.printed.length} bytes` : 'different bytes',
    mustBe(same, 'the same bytes'),
  );

  const dirtyModel = join(scratch, `${name}-with-faults`);
  await mustRun(['learn', capture.path, '-o', dirtyModel]);
  const dirty = score((await replay(capture, dirtyModel, scratch, [])).report, truth);
  yield barRow(
    `${name}, learned with the faults left in: faults found`,
    `${dirty.found} of ${usable}`,
    atLeast(dirty.found, clean.found - 3),
  );
  yield infoRow(`${name}, learned with the faults left in: first suspect right`, `${dirty.top1}`);
  yield falseAlarmRow(`${name}, learned with the faults left in`, dirty);
}

async function* verifyQuiet({ dataDir, scratch }: Context): AsyncGenerator<Row> {
  const name = 'trainticket-quiet';
  const capture = await openCapture(dataDir, name);
  if (capture === undefined) return yield skippedRow(name, 'the capture is not in the folder');
  const split = timestamp(capture.times.fromMs + HOUR_MS);
  const model = join(scratch, name);
  await mustRun(['learn', capture.path, '-o', model, '--to', split]);
  const { report } = await replay(capture, model, scratch, ['--from', split]);
  const openings = report.budget.observed;
  yield barRow(`${name}: openings at P0-P2 in its last two hours`, openings, atMost(openings, 3));
}

/** Of its faults only these show in spans. */
const IN_SPANS = 'cpu_contention';

async function* verifyNezha({ dataDir, scratch }: Context): AsyncGenerator<Row> {
  const name = 'nezha-tt-0129';
  const capture = await openCapture(dataDir, name);
  if (capture === undefined) return yield skippedRow(name, 'the capture is not in the folder');
  const { directory } = await learnClean(capture, scratch);
  const { report } = await replay(capture, directory, scratch, exclusions(capture.faults));
  const result = score(report, {
    rows: capture.faults,
    minutes: capture.times.minutes,
    findable: ({ type }) => type === IN_SPANS,
  });
  yield infoRow(`${name}: ${IN_SPANS} faults found`, `${result.found} of ${result.faults.length}`);
  yield infoRow(`${name}: first suspect right`, `${result.top1} of ${result.found}`);
  yield falseAlarmRow(name, result);
  yield* figures(name, result);
}

export async function replay(
  capture: Pick<Capture, 'name' | 'path'>,
  model: string,
  scratch: string,
  args: readonly string[],
): Promise<Replayed> {
  const path = join(scratch, `${capture.name}-report.json`);
  const done = await mustRun(['replay', capture.path, '--model', model, '--report', path, ...args]);
  const bytes = readFileSync(path, 'utf8');
  return { report: JSON.parse(bytes) as Report, bytes, printed: done.stdout, seconds: done.seconds };
}

function falseAlarmRow(
  name: string,
  { falseAlarms, quietHours }: Score,
  bar?: ReturnType<typeof atMost>,
): Row {
  const perHour = falseAlarms.length / quietHours;
  const rate = quietHours > 0 ? `, ${perHour.toFixed(2)} an hour` : '';
  const at = falseAlarms.map((ms) => `, at ${timestamp(ms).slice(11, 19)}`).join('');
  const measured = `${falseAlarms.length} in ${Math.round(quietHours * 60)} quiet minutes${rate}${at}`;
  const what = `${name}: false alarms`;
  return bar === undefined ? infoRow(what, measured) : barRow(what, measured, bar);
}

function* figures(name: string, result: Score): Generator<Row> {
  const { minutes, detectedAfterSeconds, incidentsPerFault, top3, found, faults } = result;
  yield infoRow(`${name}: right service among the first three`, `${top3} of ${found}`);
  yield infoRow(
    `${name}: one-minute windows`,
    `precision ${minutes.precision.toFixed(2)}, recall ${minutes.recall.toFixed(2)}, F1 ${minutes.f1.toFixed(2)} ` +
      `(${minutes.truePositives} hit, ${minutes.falsePositives} false, ${minutes.falseNegatives} missed)`,
  );
  yield infoRow(
    `${name}: seconds from a fault's start to its opening`,
    `p50 ${detectedAfterSeconds.p50.toFixed(0)}, p90 ${detectedAfterSeconds.p90.toFixed(0)}`,
  );
  yield infoRow(`${name}: incidents a found fault`, incidentsPerFault.toFixed(2));
  const missed = faults.filter(({ suspects }) => suspects === undefined).map(({ fault }) => fault);
  yield infoRow(
    `${name}: not found`,
    missed.map(({ service, type }) => `${service} ${type}`).join(', ') || 'none',
  );
  const wrong = faults.filter(
    ({ fault, suspects }) => suspects !== undefined && suspects[0] !== fault.service,
  );
  yield infoRow(
    `${name}: another service blamed`,
    wrong.map(({ fault, suspects }) => `${suspects?.[0]} for ${fault.service} ${fault.type}`).join(', ') ||
      'none',
  );
}
