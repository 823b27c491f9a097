import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installCollector } from './collector.ts';
import { unpackDebian } from './debian.ts';
import { installElasticsearch } from './elasticsearch.ts';
import { installSecureElasticsearch } from './elasticsearch-security.ts';
import { installJaeger } from './jaeger.ts';
import { installKafka } from './kafka.ts';

/** How each server is put into the cache. */
export const INSTALL = {
  kafka: installKafka,
  elasticsearch: installElasticsearch,
  'elasticsearch-security': installSecureElasticsearch,
  jaeger: installJaeger,
  collector: installCollector,
  prometheus: () => unpackDebian('prometheus'),
  alertmanager: () => unpackDebian('prometheus-alertmanager'),
} as const satisfies Record<string, () => Promise<string>>;

export type ServerName = keyof typeof INSTALL;

/**
 * Whether the servers can be had here: in the cache, or put there now. Where one cannot, that is an error in CI, and
 * elsewhere a printed reason for a skip: `describe.skipIf(!(await haveServers('kafka')))`.
 */
export async function haveServers(...names: readonly ServerName[]): Promise<boolean> {
  for (const name of names) {
    try {
      await INSTALL[name]();
    } catch (error) {
      if (process.env['CI'] !== undefined) throw error;
      process.stdout.write(`skipped: ${name} cannot be had here: ${String(error)}\n`);
      return false;
    }
  }
  return true;
}

/** Of each log, when a test failed: CI keeps what is printed, not the folder. */
const LAST_LOG_CHARACTERS = 2000;

/**
 * A folder for a server's data and logs. `done(true)` removes it; after a failure it stays, and is named, and the ends
 * of the logs are printed.
 */
export function serverFolder(name: string): { readonly path: string; done(passed: boolean): void } {
  const path = mkdtempSync(join(tmpdir(), `spanwatch-${name}-`));
  return {
    path,
    done: (passed) => {
      if (passed) return rmSync(path, { recursive: true, force: true });
      process.stdout.write(`${name}: data and logs are kept in ${path}\n`);
      for (const log of logsIn(path)) process.stdout.write(`${log} ends with:\n${endOf(log)}\n`);
    },
  };
}

/** The servers' own, not what they keep in folders named data. */
function logsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'data' ? [] : logsIn(path);
    return entry.name.endsWith('.log') ? [path] : [];
  });
}

function endOf(path: string): string {
  return readFileSync(path, 'utf8').slice(-LAST_LOG_CHARACTERS);
}
