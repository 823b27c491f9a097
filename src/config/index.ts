export { renderConfigurationDocs } from './render-docs.ts';
export {
  configSchema,
  type Config,
  type PullSourceConfig,
  type SinkConfig,
  type SourceConfig,
} from './schema.ts';
export {
  revealChannels,
  revealElasticsearch,
  revealKafka,
  revealLogs,
  revealTls,
  revealToken,
} from './reveal.ts';
export { formatProblems, type ConfigProblem } from './problem.ts';
export { loadConfig, parseConfig, type ConfigOutcome, type LoadOptions } from './load.ts';
export { Secret } from './secret.ts';
export { suggestKey } from './suggest.ts';
