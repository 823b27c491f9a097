import { encodeOtlpJson } from './otlp-json.ts';
import { encodeOtlpProto } from './otlp-proto.ts';
import { simulate } from './simulation.ts';

export interface PayloadOptions {
  readonly seed: number;
  /** In all. */
  readonly spans: number;
  readonly spansPerRequest: number;
  /** `protobuf` when absent. */
  readonly encoding?: 'protobuf' | 'json';
  /** `typical` when absent: see EncodeOptions. */
  readonly detail?: 'lean' | 'typical';
  readonly tracesPerSecond?: number;
  /** Epoch ms; 2026-01-01 when absent. */
  readonly startMs?: number;
}

/** A busy shop: its seconds are long enough that most traces end in the request that they began in. */
const TRACES_PER_SECOND = 500;

/** Requests as an exporter would send them, for benchmarks, in order of time. The last one may be shorter. */
export function generateOtlpPayloads(options: PayloadOptions): Uint8Array[] {
  const { spans, spansPerRequest, encoding = 'protobuf', detail = 'typical' } = options;
  const simulation = simulate({
    seed: options.seed,
    startMs: options.startMs ?? Date.UTC(2026, 0, 1),
    tracesPerSecond: options.tracesPerSecond ?? TRACES_PER_SECOND,
  });
  const batch = simulation.newBatch();
  const payloads: Uint8Array[] = [];
  for (let second = 0, made = 0; made < spans; second++) {
    batch.clear();
    simulation.second(second, batch);
    const wanted = Math.min(batch.length, spans - made);
    for (let from = 0; from < wanted; from += spansPerRequest) {
      const range = { from, to: Math.min(wanted, from + spansPerRequest), detail };
      payloads.push(
        encoding === 'protobuf' ? encodeOtlpProto(batch, range) : Buffer.from(encodeOtlpJson(batch, range)),
      );
    }
    made += wanted;
  }
  return payloads;
}
