import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Who this installation is among others that share a store: a random id in `dataDir/instance-id`, made when it is not
 * there. Host names and folders do not tell: the first pod of each StatefulSet has the same. Throws the file system's
 * error.
 */
export function instanceId(dataDir: string): string {
  const path = join(dataDir, 'instance-id');
  const known = read(path);
  if (known !== undefined && UUID.test(known)) return known;
  const id = randomUUID();
  writeFileSync(`${path}.tmp`, `${id}\n`, { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
  return id;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
