import type { SpanSink } from '../../domain/arrival.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { Admission, SourceFormats } from '../port.ts';
import {
  createHttpListener,
  type HttpListenerConfig,
  type ListeningSource,
} from '../receiving/http-listener.ts';
import { answerUnknownPath, otlpHttpRoutes } from './otlp-http-routes.ts';

export interface OtlpHttpConfig extends HttpListenerConfig {
  /** On the wire; default 64 MiB. */
  readonly maxBodyBytes?: number;
  /** After decompression; default 64 MiB, as the specification has it. */
  readonly maxInflatedBytes?: number;
}

/** What the receiver hands its spans to, and what stands before it. */
export interface OtlpHttpNext {
  readonly sink: SpanSink;
  readonly admission?: Admission;
}

/** OTLP/HTTP on a port of its own; see `createHttpListener` for its start and end. */
export function createOtlpHttpSource(
  config: OtlpHttpConfig,
  formats: SourceFormats,
  { sink, admission }: OtlpHttpNext,
  runtime: Runtime,
): ListeningSource {
  const admitted = admission === undefined ? {} : { admission };
  return createHttpListener(
    config,
    {
      portHint: "4318 is often another collector's",
      addRoutes: (server) => {
        server.setNotFoundHandler(answerUnknownPath);
        otlpHttpRoutes(server, { ...config, ...admitted, formats, sink, runtime });
      },
    },
    runtime,
  );
}
