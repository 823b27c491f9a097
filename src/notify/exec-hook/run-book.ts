import { createHash } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../runtime/index.ts';

const HOUR_MS = 3_600_000;
/** A message is not handed over again after it has expired, which takes a day. */
const KEEP_MS = 7 * 24 * HOUR_MS;

/**
 * Which messages a hook has run for, in files, written before it runs: a crash in between makes it run once at most, and
 * cool-down and hourly limit hold over restarts. A file is `<message>.<subject>`, both hashed, and its time is the run's.
 */
export class RunBook {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Why it must not run now; undefined when it may, and then it is noted that it does. */
  refusal(
    messageId: string,
    subject: string,
    limits: { readonly nowMs: number; readonly coolDownMs: number; readonly maxPerHour: number },
  ): string | undefined {
    makeFolder(this.#folder);
    const { nowMs, coolDownMs, maxPerHour } = limits;
    const [message, about] = [digest(messageId), digest(subject)];
    const runs = this.#runs(nowMs);
    if (runs.some((run) => run.message === message))
      return 'it was run for this message before, or was about to be';
    const last = Math.max(0, ...runs.filter((run) => run.subject === about).map((run) => run.atMs));
    if (nowMs - last < coolDownMs) return 'it was run for the same service a short while ago';
    if (runs.filter((run) => nowMs - run.atMs < HOUR_MS).length >= maxPerHour) {
      return `it was run ${maxPerHour} times within the hour`;
    }
    writeFileSync(join(this.#folder, `${Math.floor(nowMs)}.${message}.${about}`), '', {
      flag: 'wx',
      flush: true,
    });
    return undefined;
  }

  #runs(nowMs: number): { readonly atMs: number; readonly message: string; readonly subject: string }[] {
    return readdirSync(this.#folder).flatMap((name) => {
      const [at, message, subject] = name.split('.');
      const atMs = Number(at);
      if (message === undefined || subject === undefined || !Number.isFinite(atMs)) return [];
      if (nowMs - atMs <= KEEP_MS) return [{ atMs, message, subject }];
      rmSync(join(this.#folder, name), { force: true });
      return [];
    });
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
