import type { SpanSink } from '../../domain/arrival.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { Admission, SourceFormats } from '../port.ts';
import {
  createHttpListener,
  type HttpListenerConfig,
  type ListeningSource,
} from '../receiving/http-listener.ts';
import { postRoutes, type PostDialect } from '../receiving/post-routes.ts';

/**
 * As Jaeger's collector has it on 14268 (cmd/collector/app/handler/http_handler.go): a Batch of jaeger.thrift in Thrift's
 * binary protocol; clients add `?format=jaeger.thrift`, which says nothing more.
 */
const JAEGER_THRIFT: PostDialect = {
  protocol: 'jaeger',
  path: '/api/traces',
  contentTypes: ['application/x-thrift', 'application/vnd.apache.thrift.binary'],
  format: 'jaeger-thrift',
  notTheFormat: 'no batch of jaeger.thrift',
};

export interface JaegerThriftConfig extends HttpListenerConfig {
  /** On the wire; default 64 MiB. */
  readonly maxBodyBytes?: number;
  /** After decompression; default 64 MiB. */
  readonly maxInflatedBytes?: number;
}

/**
 * What Jaeger's own clients send without an agent: `POST /api/traces` on a port of its own. See `createHttpListener` for
 * its start and end.
 */
export function createJaegerThriftSource(
  config: JaegerThriftConfig,
  formats: SourceFormats,
  { sink, admission }: { readonly sink: SpanSink; readonly admission?: Admission },
  runtime: Runtime,
): ListeningSource {
  const admitted = admission === undefined ? {} : { admission };
  return createHttpListener(
    config,
    {
      portHint: "14268 is often a Jaeger's",
      addRoutes: (server) =>
        postRoutes(server, { ...config, ...admitted, dialect: JAEGER_THRIFT, formats, sink, runtime }),
    },
    runtime,
  );
}
