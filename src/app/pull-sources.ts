import { type PullSourceConfig, revealElasticsearch, revealToken } from '../config/index.ts';
import type { Source, SpanSink } from '../domain/arrival.ts';
import { createSearchDocumentReader, type Formats } from '../formats/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { createElasticsearchReader } from '../sources/elasticsearch/index.ts';
import { createJaegerReader } from '../sources/jaeger-query/index.ts';
import { createPullSource, type SliceReader } from '../sources/pulling/index.ts';
import type { Flow } from './flow.ts';

interface PullParts {
  readonly clock: 'wall' | 'event';
  readonly flow: Flow;
  readonly formats: Formats;
  readonly sink: SpanSink;
}

/** A configured store of spans as something that can be asked by time. */
export function sliceReader(source: PullSourceConfig, formats: Formats, runtime: Runtime): SliceReader {
  if (source.type === 'elasticsearch') {
    const { ca: _ca, apiKey: _apiKey, login: _login, ...plain } = source;
    const config = { ...plain, ...revealElasticsearch(source) };
    return createElasticsearchReader(config, createSearchDocumentReader(formats.names));
  }
  const { ca, ...plain } = source;
  return createJaegerReader({ ...revealToken(plain), ...(ca && { ca: ca.reveal() }) }, formats, runtime);
}

/** A source that is asked: where it goes on is kept with what detection knows. */
export function pullSource(
  source: PullSourceConfig,
  { clock, flow, formats, sink }: PullParts,
  runtime: Runtime,
): Source {
  const next = { sink, names: formats.names, clock, cursor: () => flow.cursors().get(source.name) };
  return createPullSource(source, sliceReader(source, formats, runtime), next, runtime);
}
