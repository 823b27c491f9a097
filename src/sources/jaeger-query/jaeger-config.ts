export interface JaegerQueryConfig {
  readonly name: string;
  /** Of the query service, with its base path if it has one. */
  readonly url: string;
  /** Sent as `Authorization: Bearer TOKEN`. */
  readonly token?: string;
  /** Certificate authority in PEM. */
  readonly ca?: string;
  /** Asked first, in this order. */
  readonly critical: readonly string[];
  /** Never asked for: Jaeger's own traces, and whatever else. */
  readonly leaveOut: readonly string[];
  /** Traces that one query may give; when it gives as many, its time is halved. */
  readonly limit: number;
  readonly concurrency: number;
  /** Between two queries of each line of queries. */
  readonly pauseMs: number;
  readonly timeoutMs: number;
}
