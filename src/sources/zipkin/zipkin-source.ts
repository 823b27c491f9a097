import type { SpanSink } from '../../domain/arrival.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { Admission, SourceFormats } from '../port.ts';
import {
  createHttpListener,
  type HttpListenerConfig,
  type ListeningSource,
} from '../receiving/http-listener.ts';
import { postRoutes, type PostDialect } from '../receiving/post-routes.ts';

/** openzipkin/zipkin-api, zipkin2-api.yaml: a JSON list of spans. */
const ZIPKIN: PostDialect = {
  protocol: 'zipkin',
  path: '/api/v2/spans',
  contentTypes: ['application/json'],
  format: 'zipkin-json',
  notTheFormat: 'no list of spans',
};

export interface ZipkinConfig extends HttpListenerConfig {
  /** On the wire; default 64 MiB. */
  readonly maxBodyBytes?: number;
  /** After decompression; default 64 MiB. */
  readonly maxInflatedBytes?: number;
}

/**
 * What Zipkin's own clients and collectors' zipkin exporters send: `POST /api/v2/spans` in JSON on a port of its own.
 * See `createHttpListener` for its start and end.
 */
export function createZipkinSource(
  config: ZipkinConfig,
  formats: SourceFormats,
  { sink, admission }: { readonly sink: SpanSink; readonly admission?: Admission },
  runtime: Runtime,
): ListeningSource {
  const admitted = admission === undefined ? {} : { admission };
  return createHttpListener(
    config,
    {
      portHint: '9411 is often a Zipkin or a Jaeger',
      addRoutes: (server) =>
        postRoutes(server, { ...config, ...admitted, dialect: ZIPKIN, formats, sink, runtime }),
    },
    runtime,
  );
}
