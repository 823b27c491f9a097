import type { Source, SpanSink } from '../../domain/arrival.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { SourceFormats } from '../port.ts';

export interface OtlpHttpConfig {
  readonly name: string;
  /** Loopback addresses need nothing more; any other needs `token` or `insecure`. */
  readonly host: string;
  /** 0: any free port (see `OtlpHttpSource.port`). */
  readonly port: number;
  readonly maxBodyBytes?: number;
  readonly maxInflatedBytes?: number;
  /** Senders must send `Authorization: Bearer TOKEN`. */
  readonly token?: string;
  readonly insecure?: boolean;
}

export interface OtlpHttpSource extends Source {
  /** The bound port; 0 before `start`. */
  readonly port: number;
}

/** `start` rejects with an `OtlpHttpError` of one line when the port is taken or the address is not allowed. */
export function createOtlpHttpSource(
  _config: OtlpHttpConfig,
  _formats: SourceFormats,
  _sink: SpanSink,
  _runtime: Runtime,
): OtlpHttpSource {
  throw new Error('on its way');
}
