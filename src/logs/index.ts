export { createElasticsearchLogs, type ElasticsearchLogsConfig } from './elasticsearch-logs.ts';
export { gatherLogs, type GatherParts, mostTelling, type WantedTrace } from './gather.ts';
export { createLokiLogs, logQl, type LokiLogsConfig, type LokiWay } from './loki-logs.ts';
export { createRedact, type Redact, type Redaction } from './redact.ts';
