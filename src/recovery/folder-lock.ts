import { DatabaseSync } from 'node:sqlite';
import { StateError } from './state-error.ts';

/**
 * Holds `path` for this process; the operating system lets go of it when the process is gone, however it ended. (SQLite's
 * file lock: Node has no call of its own for one.) Throws a StateError when another process holds it. The returned function lets
 * go, also when it is called again.
 */
export function lockFolder(path: string): () => void {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA busy_timeout = 0');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!String(error).includes('locked')) throw error;
    throw new StateError(
      `${path} is held by another process: is a second spanwatch running on this dataDir?`,
    );
  }
  return () => {
    if (database.isOpen) database.close();
  };
}
