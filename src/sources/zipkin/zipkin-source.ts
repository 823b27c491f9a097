import type { SpanSink } from '../../domain/arrival.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { Admission, SourceFormats } from '../port.ts';
import {
  createHttpListener,
  type HttpListenerConfig,
  type ListeningSource,
} from '../receiving/http-listener.ts';
import { zipkinRoutes } from './zipkin-routes.ts';

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
      addRoutes: (server) => zipkinRoutes(server, { ...config, ...admitted, formats, sink, runtime }),
    },
    runtime,
  );
}
