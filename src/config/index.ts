export { renderConfigurationDocs } from './render-docs.ts';
export { revealChannels, revealKafka, revealTls, revealToken } from './reveal.ts';
export { configSchema, type Config, type SourceConfig } from './schema.ts';
export { formatProblems, type ConfigProblem } from './problem.ts';
export { loadConfig, parseConfig, type ConfigOutcome, type LoadOptions } from './load.ts';
export { Secret } from './secret.ts';
