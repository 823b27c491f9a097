import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where servers are kept between runs: installing them takes minutes, starting them seconds. */
export function cacheFolder(): string {
  return process.env['SPANWATCH_TEST_SERVERS'] ?? join(homedir(), '.cache', 'spanwatch-test-servers');
}

/**
 * The folder `name` of the cache, made by `install` when it is not there: in a folder beside it that takes its name when
 * it is whole, so that a broken installation is never found again. Rejects with what `install` rejects with.
 */
export async function installedOnce(
  name: string,
  install: (folder: string) => Promise<void>,
): Promise<string> {
  const target = join(cacheFolder(), name);
  if (existsSync(target)) return target;
  mkdirSync(cacheFolder(), { recursive: true });
  process.stdout.write(`installing ${name} (once) ...\n`);
  const folder = mkdtempSync(`${target}.`);
  try {
    await install(folder);
    try {
      renameSync(folder, target);
    } catch (error) {
      // Another run was faster.
      if (!existsSync(target)) throw error;
    }
    return target;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
