import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { at, createOtlpSender, simulate } from '../../../src/simulator/index.ts';
import { REPOSITORY } from '../../verify/spanwatch-process.ts';
import { dataDirOf, type FaultOutcome, outcomeOf, readSeen } from './fault-outcome.ts';
import { Life } from './life.ts';

const SET_CLOCK = fileURLToPath(new URL('set-clock.ts', import.meta.url));
const SECONDS = 180;
/** One step in the fault, one after it, one in quiet: when the clock is set, in seconds. */
const STEPS: readonly number[] = [45, 90, 135];

/**
 * `run --clock wall` beside the same in a process whose clock is set: an hour ahead, an hour and a half back, and right
 * again. Both get the same spans as they end.
 */
export async function clockFault(scratch: string): Promise<FaultOutcome> {
  const startedAt = performance.now();
  const life = (name: string, env?: Readonly<Record<string, string>>): Life =>
    new Life(join(scratch, name), {
      model: join(REPOSITORY, 'models/demo'),
      source: { type: 'otlp-http', port: 0 },
      options: { clock: 'wall', ...(env && { env }) },
    });
  const lives = [life('clock-right'), life('clock-set', { NODE_OPTIONS: `--import ${SET_CLOCK}` })];
  try {
    for (const one of lives) await one.start();
    const spans = await feed(lives);
    // What is open is judged when its time has passed.
    await pause(30_000);
    for (const one of lives) await one.stop();
    const [undisturbed, seen] = await Promise.all(
      ['clock-right', 'clock-set'].map((name) => readSeen(dataDirOf(join(scratch, name)))),
    );
    return outcomeOf({
      fault: 'wall clock set',
      done: 'an hour ahead, an hour and a half back, and right again, in `run --clock wall`, in a fault and after it',
      ...{ spans, seen, undisturbed, seconds: (performance.now() - startedAt) / 1000 },
    });
  } finally {
    for (const one of lives) await one.close();
  }
}

/** A second of the shop each second. */
async function feed(lives: readonly Life[]): Promise<number> {
  const senders = lives.map(({ service }) =>
    createOtlpSender({ url: service.source, encoding: 'protobuf', gzip: false }),
  );
  const startMs = Date.now();
  const script = at(30).slow('payment', { addMs: 800 }, 60);
  const simulation = simulate({ seed: 11, startMs, tracesPerSecond: 10, script });
  const batch = simulation.newBatch();
  let spans = 0;
  for (let second = 0; second < SECONDS; second++) {
    if (STEPS.includes(second)) lives[1].service.signal('SIGUSR2');
    batch.clear();
    simulation.second(second, batch);
    await pause(Math.max(0, startMs + (second + 1) * 1000 - Date.now()));
    for (const sender of senders) {
      const { kind } = await sender.send(batch);
      if (kind !== 'sent') throw new Error('a request was not taken');
    }
    spans += batch.length;
  }
  for (const sender of senders) await sender.close();
  return spans;
}
