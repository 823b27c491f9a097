import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The archive of a data set, unpacked into a folder that is gone when `use` is done. Node reads no xz, so that `tar` does.
 * Gives what `use` gives, or why it was not called.
 */
export async function withUnpacked<T extends object>(
  dataDir: string,
  archive: string,
  use: (folder: string) => Promise<T>,
): Promise<T | string> {
  const path = join(dataDir, archive);
  if (!existsSync(path)) return 'not in the folder';
  const folder = mkdtempSync(join(tmpdir(), 'spanwatch-bench-'));
  try {
    const run = spawnSync('tar', ['-xJf', path, '-C', folder], { encoding: 'utf8' });
    if (run.status !== 0)
      return `tar cannot unpack it: ${run.error?.message ?? run.stderr.trim().split('\n').at(-1) ?? 'failed'}`;
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
