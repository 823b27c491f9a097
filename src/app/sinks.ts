import { type Config, revealElasticsearch, type SinkConfig } from '../config/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { ElasticsearchSink, type ElasticsearchSinkConfig } from '../sink/index.ts';
import type { Store } from '../store/index.ts';
import type { Flow } from './flow.ts';
import { type Part, supervise } from './supervise.ts';
import { KeptTraceJudge } from './trace-judge.ts';
import type { Vocabulary } from './vocabulary.ts';

/** A configured sink with its secrets as text. Not for printing. */
export function sinkConfig(sink: SinkConfig): ElasticsearchSinkConfig {
  const { ca: _ca, apiKey: _apiKey, login: _login, ...plain } = sink;
  return { ...plain, ...revealElasticsearch(sink) };
}

/** Where documents go. They follow the store: what reaches neither them nor their server stays there. */
export function createSinks(
  { sinks }: Config,
  {
    store,
    vocabulary,
    flow,
  }: { readonly store: Store; readonly vocabulary: Vocabulary; readonly flow: Flow },
  runtime: Runtime,
): Part {
  const judge = new KeptTraceJudge(vocabulary, flow);
  return supervise(sinks.map((sink) => new ElasticsearchSink(sinkConfig(sink), { store, judge }, runtime)));
}
