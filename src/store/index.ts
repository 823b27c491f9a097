export { describeStore } from './elasticsearch/describe-store.ts';
export {
  type ElasticsearchStoreConfig,
  openElasticsearchStore,
  type StartedStore,
} from './elasticsearch/elasticsearch-store.ts';
export { openSqliteStore, type SqliteStoreConfig } from './sqlite/sqlite-store.ts';
export { StoreError, type StoreErrorCode } from './store-error.ts';
export type * from './port.ts';
