import kafkajs from 'kafkajs';
import { registerCodecs } from '../../../src/sources/kafka/codecs.ts';
import { decodeStock, httpStatusClass, serviceName, type StockSpan } from '../../stock/stock-decode.ts';
import type { Consumed, ConsumeOptions } from './consumed.ts';

interface OpenTrace {
  readonly spans: { readonly service: string; readonly span: StockSpan; readonly endUs: number }[];
  rootSeen: boolean;
  touchedUs: number;
}

interface Stat {
  count: number;
  sum: number;
  squares: number;
  most: number;
  errors: number;
}

const WINDOW_US = 10_000_000;
/** The same waits as ours. */
const QUIET_US = 5_000_000;
const INCOMPLETE_US = 30_000_000;
const STATUS_ERROR = 2;

/**
 * What one would write in an afternoon: kafkajs hands over batches, protobufjs decodes, a Map of hex ids holds the spans of
 * open traces until they are quiet, a Map takes count, sum, squares, largest and errors of the durations by 10 s, service
 * and operation. It does less than ours: no critical path, no calls, no order over partitions, no bounds.
 */
export async function consumeStock({ broker, topic, spans, onFirst }: ConsumeOptions): Promise<Consumed> {
  registerCodecs();
  const client = new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.ERROR });
  const consumer = client.consumer({
    groupId: `stock-${process.pid}`,
    maxBytesPerPartition: 4 * 1024 * 1024,
    maxBytes: 32 * 1024 * 1024,
  });
  const summaries = new StockSummaries();
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise<void>((resolve) => {
    void consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        if (summaries.spans === 0) onFirst();
        for (const { value } of batch.messages) if (value !== null) summaries.add(value);
        if (summaries.spans >= spans) resolve();
        return Promise.resolve();
      },
    });
  });
  summaries.flush();
  return { spans: summaries.spans, entries: summaries.entries };
}

class StockSummaries {
  spans = 0;
  readonly #open = new Map<string, OpenTrace>();
  readonly #stats = new Map<string, Stat>();
  #nowUs = 0;
  #sweptUs = 0;

  get entries(): number {
    return this.#stats.size;
  }

  add(bytes: Uint8Array): void {
    for (const group of decodeStock(bytes)) {
      const service = serviceName(group);
      for (const { spans } of group.scopeSpans) for (const span of spans) this.#addSpan(service, span);
    }
    if (this.#nowUs - this.#sweptUs >= 1e6) this.#closeDue();
  }

  flush(): void {
    for (const trace of this.#open.values()) this.#finish(trace);
    this.#open.clear();
  }

  #addSpan(service: string, span: StockSpan): void {
    this.spans++;
    const endUs = span.endTimeUnixNano.toNumber() / 1000;
    if (endUs > this.#nowUs) this.#nowUs = endUs;
    const id = span.traceId.toString('hex');
    let trace = this.#open.get(id);
    if (trace === undefined) this.#open.set(id, (trace = { spans: [], rootSeen: false, touchedUs: 0 }));
    trace.spans.push({ service, span, endUs });
    trace.touchedUs = this.#nowUs;
    if (span.parentSpanId.length === 0) trace.rootSeen = true;
  }

  #closeDue(): void {
    this.#sweptUs = this.#nowUs;
    for (const [id, trace] of this.#open) {
      const waitUs = trace.rootSeen ? QUIET_US : INCOMPLETE_US;
      if (trace.touchedUs + waitUs > this.#nowUs) continue;
      this.#open.delete(id);
      this.#finish(trace);
    }
  }

  #finish({ spans }: OpenTrace): void {
    const window = Math.floor(Math.max(...spans.map(({ endUs }) => endUs)) / WINDOW_US);
    for (const { service, span, endUs } of spans) {
      const key = `${window} ${service} ${span.name}`;
      let stat = this.#stats.get(key);
      if (stat === undefined)
        this.#stats.set(key, (stat = { count: 0, sum: 0, squares: 0, most: 0, errors: 0 }));
      const log = Math.log(Math.max(1, endUs - span.startTimeUnixNano.toNumber() / 1000));
      stat.count++;
      stat.sum += log;
      stat.squares += log * log;
      if (log > stat.most) stat.most = log;
      if (span.status?.code === STATUS_ERROR || httpStatusClass(span) === 5) stat.errors++;
    }
  }
}
