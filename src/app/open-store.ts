import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { openSqliteStore, type Store } from '../store/index.ts';
import type { Opened } from './opened.ts';

/** The store in `dataDir`, which is made. Throws a `StoreError` that names the file. */
export function openStore(config: Config, opened: Opened, runtime: Runtime): Store {
  mkdirSync(config.dataDir, { recursive: true });
  const store = openSqliteStore({ path: join(config.dataDir, 'spanwatch.db') }, runtime);
  opened.add(() => store.close());
  return store;
}
