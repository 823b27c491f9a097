import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../store-error.ts';

interface Fenced {
  readonly path: string;
  readonly database: DatabaseSync;
}

/** Sets the fence to `token`; throws when it is beyond that already. Inside a transaction. */
export function raiseFence({ database, path }: Fenced, token: number): void {
  if (fenceOf(database) > token) throw fencedError(path);
  database.prepare('UPDATE fence SET token = ?').run(token);
}

export function fenceOf(database: DatabaseSync): number {
  return Number(database.prepare('SELECT token FROM fence').get()?.['token'] ?? 0);
}

export function fencedError(path: string): StoreError {
  return new StoreError(
    'fenced',
    `store ${path}: another process has taken over, this one writes nothing any more`,
  );
}
