export type { ElasticsearchConfig } from './elasticsearch-config.ts';
export { createElasticsearchReader, type DocumentReader } from './elasticsearch-reader.ts';
