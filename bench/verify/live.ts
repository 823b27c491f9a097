import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import { createGzip } from 'node:zlib';
import type { ReportIncident } from '../../src/domain/report.ts';
import { captureLines } from '../scoring/index.ts';
import { type Capture, openCapture } from './captures.ts';
import type { Context } from './context.ts';
import { learnClean, replay } from './detection.ts';
import { type LiveRun, runLive } from './live-run.ts';
import { type Encoding, spansIn } from './post-lines.ts';
import { barRow, infoRow, mustBe, type Row, skippedRow } from './row.ts';
import { keyOf } from './stored.ts';

const NAME = 'onlineboutique-0822';
/** Quick: holds the first faults, and takes seconds. */
const QUICK_SPANS = 40_000;

/** Section 3: the capture through the live service gives what `replay` gives, and its messages arrive. */
export async function* verifyLive(context: Context): AsyncGenerator<Row> {
  const capture = await openCapture(context.dataDir, NAME);
  if (capture === undefined) return yield skippedRow(`${NAME}, live`, 'the capture is not in the folder');
  const scratch = join(context.scratch, 'live');
  mkdirSync(scratch, { recursive: true });
  const { directory } = await learnClean(capture, scratch);
  const input = context.quick ? await firstSpans(capture, scratch) : capture;
  const replayed = (await replay(input, directory, scratch, [])).report;
  const encodings: readonly Encoding[] = ['json', 'protobuf'];
  const runs = await Promise.all(
    encodings.map((encoding) => {
      const folder = join(scratch, encoding);
      mkdirSync(folder);
      return runLive({ folder, model: directory, capture: input.path, encoding });
    }),
  );
  for (const [i, run] of runs.entries()) {
    yield* judge(`live, ${encodings[i]} gzip`, run, replayed.incidents);
  }
}

function* judge(name: string, run: LiveRun, replayed: readonly ReportIncident[]): Generator<Row> {
  const { requests, spans, seconds } = run.posted;
  yield infoRow(`${name}: posted`, `${spans} spans in ${requests} requests, ${seconds.toFixed(1)} s`);
  const same = replayed.filter((incident, i) => isDeepStrictEqual(incident, run.stored.incidents[i]));
  const openings = replayed.reduce((sum, incident) => sum + incident.openings.length, 0);
  const isSame = replayed.length === run.stored.incidents.length && same.length === replayed.length;
  yield barRow(
    `${name}: incidents as replay has them`,
    `${same.length} of ${replayed.length} with ${openings} openings the same; ${run.stored.incidents.length} live`,
    mustBe(isSame && replayed.length > 0, 'all, in every field'),
  );
  yield* judgeMessages(name, run);
  yield barRow(
    `${name}: SIGTERM`,
    `exit code ${run.stop.code} after ${run.stop.seconds.toFixed(1)} s`,
    mustBe(run.stop.code === 0 && run.stop.seconds <= 10, '0 within 10 s'),
  );
}

function* judgeMessages(name: string, { stored, endpoints, restarted }: LiveRun): Generator<Row> {
  const decided = new Set(stored.decided);
  for (const { channel, receiver } of endpoints) {
    const own = stored.deliveries.filter((delivery) => delivery.channel === channel);
    const sent = own.filter(({ state }) => state === 'sent').length;
    const superseded = own.filter(({ state }) => state === 'superseded').length;
    const refused = receiver.requests.length - receiver.accepted.length;
    const { violations } = receiver;
    yield barRow(
      `${name}: messages at ${channel}`,
      `${receiver.accepted.length} accepted, ${refused} refused, ${violations.length} violations` +
        (violations.length > 0 ? ` (${violations[0]})` : ''),
      mustBe(
        receiver.accepted.length === sent && sent > 0 && refused === 0 && violations.length === 0,
        'each sent one accepted, 0 refused, 0 violations',
      ),
    );
    const expected = [...decided].filter((key) => key.endsWith(` ${channel}`));
    const written = new Set(own.map(keyOf));
    const asDecided = expected.length === written.size && expected.every((key) => written.has(key));
    yield barRow(
      `${name}: messages that the policy decides on, ${channel}`,
      `${expected.length} decided, ${sent} sent, ${superseded} superseded by a later one` +
        (restarted ? ', some after a restart' : ''),
      mustBe(asDecided && sent + superseded === expected.length, 'sent and superseded are those decided'),
    );
  }
}

/** A capture of its first lines only. */
async function firstSpans(capture: Capture, scratch: string): Promise<Pick<Capture, 'name' | 'path'>> {
  const path = join(scratch, 'first-spans.jsonl.gz');
  await pipeline(Readable.from(firstLines(capture.path)), createGzip(), createWriteStream(path));
  return { name: `${capture.name}-first`, path };
}

async function* firstLines(path: string): AsyncGenerator<string> {
  let spans = 0;
  for await (const line of captureLines(path)) {
    spans += spansIn(line);
    yield `${line}\n`;
    if (spans >= QUICK_SPANS) return;
  }
}
