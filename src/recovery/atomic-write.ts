import { open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes beside the file's place, flushes to the disk, and moves it there in one step: a reader sees the old file, the
 * new one, or none. Rejects with the system's error; then the place is as it was.
 */
export async function writeAtomically(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const fresh = `${path}.tmp`;
  try {
    const file = await open(fresh, 'w', 0o600);
    try {
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
  } catch (error) {
    await unlink(fresh).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes the new name durable; where folders cannot be opened (Windows) the file system sees to it by itself. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  try {
    await folder?.sync().catch(() => undefined);
  } finally {
    await folder?.close();
  }
}
