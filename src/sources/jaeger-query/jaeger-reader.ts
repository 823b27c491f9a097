import { wordsToHex } from '../../domain/ids.ts';
import { copySpan } from '../../domain/copy-span.ts';
import { SpanBatch } from '../../domain/span-batch.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { SourceFormats } from '../port.ts';
import { pause, type ReadSlice, type Slice, type SliceOutcome, type SliceReader } from '../pulling/index.ts';
import { JaegerApi, JaegerQueryError } from './jaeger-api.ts';
import type { JaegerQueryConfig } from './jaeger-config.ts';

/** What one slice may bring together: some 80 MB of columns. More is read in halves. */
const MAX_SPANS = 500_000;
/** Below this a query's time is not halved: what it gives is all that Jaeger gives. */
const MIN_QUERY_MS = 2;
/** A request that fails is made so often before its slice is given up, for which all of its services are asked again. */
const TRIES = 4;
/** Doubled after each try. */
const FIRST_PAUSE_MS = 250;
/** New services are seen within this, and Jaeger is not asked for them at each slice. */
const SERVICES_EVERY_MS = 30_000;

/** The traces of all services in a slice of time, critical services first, each query within its limit. */
export function createJaegerReader(
  config: JaegerQueryConfig,
  formats: SourceFormats,
  runtime: Runtime,
): SliceReader {
  return new JaegerReader(config, formats, runtime);
}

interface Reading extends ReadSlice {
  readonly into: SpanBatch;
  /** Trace and span ids that are in it: a trace is given once for each of its services. */
  readonly known: Set<string>;
  rejected: number;
  cut: boolean;
  tooMuch: boolean;
  /** One of its lines failed: the others end, so that none adds to what is read next. */
  broken: boolean;
}

class JaegerReader implements SliceReader {
  readonly #config: JaegerQueryConfig;
  readonly #formats: SourceFormats;
  readonly #runtime: Runtime;
  readonly #api: JaegerApi;
  #services: readonly string[] = [];
  #servicesAtMs = Number.NEGATIVE_INFINITY;

  constructor(config: JaegerQueryConfig, formats: SourceFormats, runtime: Runtime) {
    this.#config = config;
    this.#formats = formats;
    this.#runtime = runtime;
    this.#api = new JaegerApi(config);
  }

  async read(slice: Slice, into: SpanBatch, options: ReadSlice): Promise<SliceOutcome> {
    const reading: Reading = {
      ...{ ...options, into, known: new Set<string>(), rejected: 0 },
      ...{ cut: false, tooMuch: false, broken: false },
    };
    try {
      await this.#refresh(options.signal);
      await this.#readAll(slice, reading);
    } catch (error) {
      if (!(error instanceof JaegerQueryError)) throw error;
      // A Jaeger that was replaced may speak another dialect.
      this.#servicesAtMs = Number.NEGATIVE_INFINITY;
      return { kind: 'failed', reason: error.message };
    }
    if (reading.tooMuch) return { kind: 'too-much' };
    return { kind: 'ok', rejected: reading.rejected, cut: reading.cut };
  }

  async describe(): Promise<{ readonly found: string; readonly problem?: string }> {
    const { url, critical } = this.#config;
    const found = `Jaeger at ${url}`;
    try {
      const services = await this.#api.services();
      const version = await this.#api.version();
      const facts = `${found}${version === undefined ? '' : ` ${version}`}, ${this.#api.dialect === 'v3' ? '/api/v3' : 'the legacy API'}, ${services.length} services`;
      const missing = critical.filter((name) => !services.includes(name));
      if (missing.length === 0) return { found: facts };
      return { found: facts, problem: `it does not know the critical services ${missing.join(', ')}` };
    } catch (error) {
      if (!(error instanceof JaegerQueryError)) throw error;
      return { found, problem: error.message };
    }
  }

  close(): Promise<void> {
    return this.#api.close();
  }

  async #readAll(slice: Slice, reading: Reading): Promise<void> {
    const { signal } = reading;
    const queue = this.#services.map((service) => ({ service, slice }));
    // Halves go to the front, so that a service is done before the next one begins.
    const line = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        if (reading.tooMuch || reading.broken || signal.aborted) return;
        const { service } = next;
        const halves = await this.#query(service, next.slice, reading);
        queue.unshift(...halves.map((half) => ({ service, slice: half })));
        await pause(this.#runtime.clock, this.#config.pauseMs, signal);
      }
    };
    const lines = Array.from({ length: this.#config.concurrency }, async () => {
      try {
        await line();
      } catch (error) {
        reading.broken = true;
        throw error;
      }
    });
    const failed = (await Promise.allSettled(lines)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  /** What a request gives; one that fails is made again a few times, with pauses. */
  async #patiently<T>(request: () => Promise<T>, isOver: () => boolean, signal: AbortSignal): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await request();
      } catch (error) {
        if (!(error instanceof JaegerQueryError) || tries === TRIES || isOver() || signal.aborted)
          throw error;
        await pause(this.#runtime.clock, FIRST_PAUSE_MS * 2 ** (tries - 1), signal);
      }
    }
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    const now = this.#runtime.clock.now();
    if (now - this.#servicesAtMs < SERVICES_EVERY_MS) return;
    const { critical, leaveOut } = this.#config;
    const found = (
      await this.#patiently(
        () => this.#api.services(signal),
        () => false,
        signal,
      )
    ).filter((name) => !leaveOut.includes(name));
    const first = critical.filter((name) => found.includes(name));
    this.#services = [...first, ...found.filter((name) => !first.includes(name))];
    this.#servicesAtMs = now;
  }

  /** Appends what one query gives; or nothing, and the halves to ask for instead. */
  async #query(service: string, slice: Slice, reading: Reading): Promise<readonly Slice[]> {
    const own = new SpanBatch(reading.into.names);
    const { signal } = reading;
    const outcome = await this.#patiently(
      () => this.#api.traces(service, slice, { formats: this.#formats, into: own, signal }),
      () => reading.broken,
      signal,
    );
    if (reading.broken) return [];
    const full = outcome.kind === 'too-much' || tracesIn(own) >= this.#config.limit;
    const widthMs = slice.toMs - slice.fromMs;
    if (full && widthMs > MIN_QUERY_MS) {
      const middle = slice.fromMs + Math.floor(widthMs / 2);
      return [
        { fromMs: slice.fromMs, toMs: middle },
        { fromMs: middle, toMs: slice.toMs },
      ];
    }
    if (full) reading.cut = true;
    if (outcome.kind === 'ok') reading.rejected += outcome.rejected;
    addNew(own, reading);
    if (reading.into.length > MAX_SPANS && !reading.mayCut) reading.tooMuch = true;
    return [];
  }
}

function addNew(from: SpanBatch, { into, known }: Reading): void {
  for (let i = 0; i < from.length; i++) {
    const key = wordsToHex(from.traceId, i * 4, 4) + wordsToHex(from.spanId, i * 2, 2);
    if (known.has(key)) continue;
    known.add(key);
    copySpan(from, i, into, into.push());
  }
}

function tracesIn(batch: SpanBatch): number {
  const traces = new Set<string>();
  for (let i = 0; i < batch.length; i++) traces.add(wordsToHex(batch.traceId, i * 4, 4));
  return traces.size;
}
