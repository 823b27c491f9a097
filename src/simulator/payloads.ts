export interface PayloadOptions {
  readonly seed: number;
  /** In all. */
  readonly spans: number;
  readonly spansPerRequest: number;
  /** `protobuf` when absent. */
  readonly encoding?: 'protobuf' | 'json';
}

/** Requests as an exporter would send them, for benchmarks. The last one may be shorter. */
export function generateOtlpPayloads(_options: PayloadOptions): Uint8Array[] {
  throw new Error('not there yet');
}
