import type { LoadStage } from './load-rules.ts';

/** As it is said in the API. */
export interface LoadStatus {
  readonly stage: LoadStage;
  /** Share of the traces that are taken now. */
  readonly keptShare: number;
  readonly shedSpans: number;
  readonly memory: { readonly usedShare: number; readonly maxBytes: number };
  readonly eventLoopLag: { readonly ms: number; readonly maxMs: number };
  readonly inFlight: { readonly bytes: number; readonly maxBytes: number };
}
