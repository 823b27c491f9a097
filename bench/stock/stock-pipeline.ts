import { DDSketch } from '@datadog/sketches-js';
import { IsolationForest } from 'isolation-forest';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../src/assemble/index.ts';
import { decodeStock, httpStatusClass, serviceName, type StockSpan } from './stock-decode.ts';

interface OpenTrace {
  readonly spans: StockSpan[];
  rootSeen: boolean;
  touchedUs: number;
}

interface Features extends Record<string, number> {
  durationMs: number;
  spans: number;
  errors: number;
  status: number;
}

/** Scores above it are called anomalous: the usual choice for a score whose middle is 0.5. */
const ANOMALOUS = 0.6;
/** As many traces as our own sample of an entry operation keeps, and more than the package's subsample of 256. */
const TRAINING_TRACES = 2048;
const TREES = 100;
const SUBSAMPLE = 256;
const STATUS_ERROR = 2;

/**
 * What one would write in an afternoon from packages: protobufjs decodes, a Map of hex ids holds the spans of open
 * traces until they are quiet (the same waits as ours, looked at each second of event time), a DDSketch an operation takes
 * the durations, the isolation-forest package scores each finished trace. It does less than ours: no critical path, no
 * baselines, no windows, no suspects, no bounds on names or memory.
 */
export class StockPipeline {
  readonly #open = new Map<string, OpenTrace>();
  readonly #sketches = new Map<string, DDSketch>();
  readonly #forest: IsolationForest | undefined;
  readonly #onFeatures: ((features: Features) => void) | undefined;
  #nowUs = 0;
  #sweptUs = 0;
  spans = 0;
  traces = 0;
  anomalous = 0;

  /** Without a forest the features go to `onFeatures` instead of being scored. */
  constructor(forest: IsolationForest | undefined, onFeatures?: (features: Features) => void) {
    this.#forest = forest;
    this.#onFeatures = onFeatures;
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
    const durationUs = endUs - span.startTimeUnixNano.toNumber() / 1000;
    if (endUs > this.#nowUs) this.#nowUs = endUs;
    this.#sketch(`${service} ${span.name}`).accept(durationUs);
    const id = span.traceId.toString('hex');
    let trace = this.#open.get(id);
    if (trace === undefined) this.#open.set(id, (trace = { spans: [], rootSeen: false, touchedUs: 0 }));
    trace.spans.push(span);
    trace.touchedUs = this.#nowUs;
    if (span.parentSpanId.length === 0) trace.rootSeen = true;
  }

  #sketch(operation: string): DDSketch {
    let sketch = this.#sketches.get(operation);
    if (sketch === undefined) this.#sketches.set(operation, (sketch = new DDSketch()));
    return sketch;
  }

  #closeDue(): void {
    this.#sweptUs = this.#nowUs;
    const { quietMs, incompleteMs } = DEFAULT_ASSEMBLE_LIMITS;
    for (const [id, trace] of this.#open) {
      const waitMs = trace.rootSeen ? quietMs : incompleteMs;
      if (trace.touchedUs + waitMs * 1000 > this.#nowUs) continue;
      this.#open.delete(id);
      this.#finish(trace);
    }
  }

  #finish(trace: OpenTrace): void {
    this.traces++;
    const features = featuresOf(trace.spans);
    this.#onFeatures?.(features);
    if (this.#forest !== undefined && this.#forest.predict([features])[0] > ANOMALOUS) this.anomalous++;
  }
}

/** The package's forest on the first traces of the payloads. */
export function fitStockForest(payloads: readonly Uint8Array[]): IsolationForest {
  const rows: Features[] = [];
  const pipeline = new StockPipeline(undefined, (features) => rows.push(features));
  for (const bytes of payloads) {
    pipeline.add(bytes);
    if (rows.length >= TRAINING_TRACES) break;
  }
  pipeline.flush();
  const forest = new IsolationForest(TREES, SUBSAMPLE);
  forest.fit(rows.slice(0, TRAINING_TRACES));
  return forest;
}

function featuresOf(spans: readonly StockSpan[]): Features {
  let startUs = Infinity;
  let endUs = 0;
  let errors = 0;
  let status = 0;
  for (const span of spans) {
    startUs = Math.min(startUs, span.startTimeUnixNano.toNumber() / 1000);
    endUs = Math.max(endUs, span.endTimeUnixNano.toNumber() / 1000);
    if (span.status?.code === STATUS_ERROR) errors++;
    status = Math.max(status, httpStatusClass(span));
  }
  return { durationMs: (endUs - startUs) / 1000, spans: spans.length, errors, status };
}
