import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Logger } from '../../runtime/index.ts';

/**
 * The newest token that this installation had, in `PATH.token` beside the store's file: a process that was started anew
 * while the server is away writes under it, until it has one of its own. Not in the file itself, which is made anew from
 * snapshots of others. 0 when there is none.
 */
export function readOwnToken(path: string): number {
  try {
    const token = Number(readFileSync(fileOf(path), 'utf8'));
    return Number.isSafeInteger(token) && token > 0 ? token : 0;
  } catch {
    return 0;
  }
}

/** Says in the log when it cannot: what is written now does not depend on it. */
export function keepOwnToken(path: string, token: number, logger: Logger): void {
  try {
    writeFileSync(`${fileOf(path)}.tmp`, `${token}\n`, { mode: 0o600 });
    renameSync(`${fileOf(path)}.tmp`, fileOf(path));
  } catch (error) {
    logger.warn(
      { err: error },
      'the token of the store could not be kept: a restart while Elasticsearch is away could write nothing',
    );
  }
}

function fileOf(path: string): string {
  return `${path}.token`;
}
