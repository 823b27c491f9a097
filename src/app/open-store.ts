import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { type Config, revealElasticsearch } from '../config/index.ts';
import { makeFolder, type Runtime } from '../runtime/index.ts';
import {
  type ElasticsearchStoreConfig,
  openElasticsearchStore,
  openSqliteStore,
  type Store,
} from '../store/index.ts';
import { instanceId } from './instance-id.ts';
import type { Opened } from './opened.ts';
import { type Part, supervise } from './supervise.ts';
import { WriterLease } from './writer-lease.ts';

/** The store, and its life: first to start, last to end. */
export interface OpenStore {
  readonly store: Store;
  readonly life: Part;
}

/** The configured store; its file is in `dataDir`, which is made. Throws a `StoreError` that names the file. */
export function openStore(config: Config, opened: Opened, runtime: Runtime): OpenStore {
  makeFolder(config.dataDir);
  const path = join(config.dataDir, 'spanwatch.db');
  if (config.store.kind === 'sqlite') {
    const store = openSqliteStore({ path }, runtime);
    opened.add(() => store.close());
    return { store, life: { start: () => Promise.resolve(), shutdown: () => store.close() } };
  }
  const { leaseMs } = config.store;
  const store = openElasticsearchStore({ ...storeAccess(config), path }, runtime);
  opened.add(() => store.close());
  // The same after a restart, so that it need not wait for itself; host and folder are for people to read.
  const holder = `${hostname()}:${resolve(config.dataDir)} (${instanceId(config.dataDir)})`;
  const lease = new WriterLease(store, { holder, ttlMs: leaseMs }, runtime);
  return { store, life: supervise([{ start: () => store.start(), shutdown: () => store.close() }, lease]) };
}

/** Where the store in Elasticsearch is, with secrets as text. Not for printing. */
export function storeAccess({ store }: Config): Omit<ElasticsearchStoreConfig, 'path'> {
  const { prefix, timeoutMs, url, cloudId } = store;
  const place = { ...(url !== undefined && { url }), ...(cloudId !== undefined && { cloudId }) };
  return { ...place, ...revealElasticsearch(store), prefix, timeoutMs };
}
