export interface ConsumeOptions {
  /** `127.0.0.1:PORT` */
  readonly broker: string;
  readonly topic: string;
  /** Spans in the topic: it ends when it has them. */
  readonly spans: number;
  /** The first records are there. */
  readonly onFirst: () => void;
}

export interface Consumed {
  readonly spans: number;
  /** Summaries by window and component: so that a consumer that does nothing cannot win. */
  readonly entries: number;
}

/** What a consumer's process says of itself, as JSON on its standard output. */
export interface ConsumedBy {
  readonly spans: number;
  readonly entries: number;
  /** From the first record to the last summary. */
  readonly seconds: number;
  /** Of the whole process from the first record on: user and system, all threads. */
  readonly cpuSeconds: number;
}
