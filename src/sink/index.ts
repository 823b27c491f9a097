export { describeSink } from './describe-sink.ts';
export { ElasticsearchSink, type SinkParts } from './elasticsearch-sink.ts';
export type { ElasticsearchSinkConfig } from './sink-config.ts';
export type * from './port.ts';
