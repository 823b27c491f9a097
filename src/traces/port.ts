/** One span of a kept trace, for a waterfall. Names are untrusted text. */
export interface KeptSpan {
  /** 16 hex digits. */
  readonly spanId: string;
  /** Empty for a root, or when the parent was not seen. */
  readonly parentId: string;
  readonly service: string;
  readonly operation: string;
  readonly kind: 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly failed: boolean;
  readonly instance?: string;
  readonly version?: string;
  readonly peer?: string;
  /** Microseconds since the trace's first span start. */
  readonly startUs: number;
  readonly durationUs: number;
}

/** A trace kept whole because an incident points at it, or because it is typical of its entry operation. */
export interface KeptTrace {
  /** 32 hex digits. */
  readonly traceId: string;
  /** Epoch ms of its first span's start. */
  readonly startMs: number;
  /** Spans in order of their start; at most 500, `omitted` says how many more there were. */
  readonly spans: readonly KeptSpan[];
  readonly omitted: number;
}

/** Whole traces of incidents: kept in the store when an incident opens, pruned with it. */
export interface KeptTraces {
  trace(traceId: string): Promise<KeptTrace | undefined>;
}
