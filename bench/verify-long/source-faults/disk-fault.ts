import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { recordsOf } from '../../sources/same/otlp-records.ts';
import type { SourceInput } from '../../sources/same/index.ts';
import { dataDirOf, type FaultOutcome, outcomeOf, readSeen, type SeenSpans } from './fault-outcome.ts';
import { Life } from './life.ts';

const DISK_MIB = 96;
const PAGE_BYTES = 4096;

/** The data directory on a disk of its own that is filled to the last byte while spans come, by a third, and emptied at two thirds. */
export async function diskFault(input: SourceInput, scratch: string): Promise<FaultOutcome | undefined> {
  const disk = join(scratch, 'disk');
  mkdirSync(dataDirOf(disk), { recursive: true });
  if (!mounted(dataDirOf(disk))) return undefined;
  try {
    const whole = await feed(input, join(scratch, 'disk-undisturbed'));
    const filler = join(dataDirOf(disk), 'filler');
    const story = await feed(input, disk, (part) => {
      if (part === 1) fill(filler);
      else rmSync(filler);
    });
    return outcomeOf({
      fault: 'disk full',
      done: `a disk of ${DISK_MIB} MiB under \`dataDir\` (store, history, checkpoints, journal), full to the last page from the first third of the spans to the second`,
      ...{ spans: input.spans, seen: story.seen, undisturbed: whole.seen, seconds: story.seconds },
    });
  } finally {
    execFileSync('umount', ['-l', dataDirOf(disk)]);
  }
}

/** Whether it could be: that needs root. */
function mounted(path: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Takes all that is free, by large pieces and then by small ones. */
function fill(path: string): void {
  const { bavail, bsize } = statfsSync(join(path, '..'));
  for (let piece = Math.max(PAGE_BYTES, bavail * bsize); piece >= PAGE_BYTES; piece = Math.floor(piece / 2)) {
    try {
      writeFileSync(path, Buffer.alloc(piece), { flag: 'a' });
    } catch {
      // What did fit is written; the rest is tried by halves.
    }
  }
}

/** By OTLP/HTTP, one request after the other, each repeated until it is taken. `atThird` is called at the first and the second. */
async function feed(
  input: SourceInput,
  folder: string,
  atThird: (part: 1 | 2) => void = () => undefined,
): Promise<{ readonly seen: SeenSpans; readonly seconds: number }> {
  const startedAt = performance.now();
  const life = new Life(folder, { model: input.model, source: { type: 'otlp-http', port: 0 } });
  const agent = new Agent({ connections: 1 });
  try {
    await life.start();
    let spans = 0;
    let thirds = 0;
    for await (const record of recordsOf(input.path)) {
      await post(`${life.service.source}/v1/traces`, record.bytes, agent);
      spans += record.spans;
      if (thirds < 2 && spans >= ((thirds + 1) * input.spans) / 3) atThird(++thirds as 1 | 2);
      // Checkpoints are written each second: some must meet the full disk.
      await pause(40);
    }
    await life.untilAssembled(input.spans);
    await life.stop();
    return { seen: await readSeen(dataDirOf(folder)), seconds: (performance.now() - startedAt) / 1000 };
  } finally {
    await agent.close();
    await life.close();
  }
}

async function post(url: string, body: Uint8Array, dispatcher: Agent): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const headers = { 'content-type': 'application/x-protobuf' };
    const answer = await request(url, { method: 'POST', headers, body, dispatcher });
    await answer.body.dump();
    if (answer.statusCode === 200) return;
    await pause(100);
  }
  throw new Error('the service takes nothing any more');
}
