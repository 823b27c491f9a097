import { wordsToHex } from '../../domain/ids.ts';
import { copySpan } from '../../domain/copy-span.ts';
import { SpanBatch } from '../../domain/span-batch.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { SourceFormats } from '../port.ts';
import { pause, type ReadSlice, type Slice, type SliceOutcome, type SliceReader } from '../pulling/index.ts';
import { JaegerApi, JaegerQueryError } from './jaeger-api.ts';
import { isFull } from './is-full.ts';
import type { JaegerQueryConfig } from './jaeger-config.ts';

/** What one slice may bring together: some 80 MB of columns. More is read in halves. */
const MAX_SPANS = 500_000;
/** Below this a query's time is not halved: what it gives is all that Jaeger gives. */
const MIN_QUERY_MS = 2;
/** A request that fails is made so often before its slice is given up for a while. */
const TRIES = 4;
/** Doubled after each try. */
const FIRST_PAUSE_MS = 250;
/** So long a slice that failed may go on where it was: what came late of services that were asked is not waited for longer. */
const LEFT_FOR_MS = 300_000;
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

/** What a slice has so far. */
interface Progress {
  readonly slice: Slice;
  readonly startedAtMs: number;
  /** Services that were asked, or are in the queue. */
  readonly asked: Set<string>;
  readonly queue: { readonly service: string; readonly slice: Slice }[];
  /** Trace and span ids and kinds that it has: a trace is given once for each of its services. */
  readonly known: Set<string>;
  rejected: number;
  cut: boolean;
}

interface Reading extends ReadSlice {
  readonly into: SpanBatch;
  readonly progress: Progress;
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
  /** Of a slice that failed: it is asked for again soon, and then goes on. */
  #left: { readonly progress: Progress; readonly spans: SpanBatch } | undefined;

  constructor(config: JaegerQueryConfig, formats: SourceFormats, runtime: Runtime) {
    this.#config = config;
    this.#formats = formats;
    this.#runtime = runtime;
    this.#api = new JaegerApi(config);
  }

  async read(slice: Slice, into: SpanBatch, options: ReadSlice): Promise<SliceOutcome> {
    const progress = this.#takeUp(slice, into);
    const reading: Reading = { ...options, into, progress, tooMuch: false, broken: false };
    try {
      await this.#refresh(options.signal);
      for (const service of this.#services.filter((name) => !progress.asked.has(name))) {
        progress.asked.add(service);
        progress.queue.push({ service, slice });
      }
      await this.#readAll(reading);
    } catch (error) {
      if (!(error instanceof JaegerQueryError)) throw error;
      // A Jaeger that was replaced may speak another dialect.
      this.#servicesAtMs = Number.NEGATIVE_INFINITY;
      const spans = new SpanBatch(into.names);
      copyAll(into, spans);
      this.#left = { progress, spans };
      return { kind: 'failed', reason: error.message };
    }
    if (reading.tooMuch) return { kind: 'too-much' };
    return { kind: 'ok', rejected: progress.rejected, cut: progress.cut };
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

  /** Where the same slice was left a moment ago, with its spans in `into`; else its beginning. */
  #takeUp(slice: Slice, into: SpanBatch): Progress {
    const left = this.#left;
    this.#left = undefined;
    const now = this.#runtime.clock.now();
    if (
      left?.progress.slice.fromMs === slice.fromMs &&
      left.progress.slice.toMs === slice.toMs &&
      now - left.progress.startedAtMs < LEFT_FOR_MS
    ) {
      copyAll(left.spans, into);
      return left.progress;
    }
    return {
      ...{ slice, startedAtMs: now, asked: new Set(), queue: [], known: new Set() },
      ...{ rejected: 0, cut: false },
    };
  }

  async #readAll(reading: Reading): Promise<void> {
    const { queue } = reading.progress;
    const { signal } = reading;
    const isOver = (): boolean => reading.tooMuch || reading.broken || signal.aborted;
    // Halves go to the front, so that a service is done before the next one begins.
    const line = async (): Promise<void> => {
      while (!isOver()) {
        const next = queue.shift();
        if (next === undefined) return;
        let halves: readonly Slice[] | undefined;
        try {
          halves = await this.#query(next.service, next.slice, reading);
        } finally {
          if (halves === undefined) queue.unshift(next);
        }
        queue.unshift(...(halves ?? []).map((half) => ({ service: next.service, slice: half })));
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

  /** Appends what one query gives; or nothing, and the halves to ask for instead. undefined: it came too late, and was not taken. */
  async #query(service: string, slice: Slice, reading: Reading): Promise<readonly Slice[] | undefined> {
    const { progress } = reading;
    const own = new SpanBatch(reading.into.names);
    const { signal } = reading;
    const outcome = await this.#patiently(
      () => this.#api.traces(service, slice, { formats: this.#formats, into: own, signal }),
      () => reading.broken,
      signal,
    );
    if (reading.broken) return undefined;
    const { limit } = this.#config;
    const full = outcome.kind === 'too-much' || isFull(own, { service, slice, limit });
    const widthMs = slice.toMs - slice.fromMs;
    if (full && widthMs > MIN_QUERY_MS) {
      const middle = slice.fromMs + Math.floor(widthMs / 2);
      return [
        { fromMs: slice.fromMs, toMs: middle },
        { fromMs: middle, toMs: slice.toMs },
      ];
    }
    if (full) progress.cut = true;
    if (outcome.kind === 'ok') progress.rejected += outcome.rejected;
    addNew(own, reading);
    if (reading.into.length > MAX_SPANS && !reading.mayCut) reading.tooMuch = true;
    return [];
  }
}

function copyAll(from: SpanBatch, into: SpanBatch): void {
  for (let i = 0; i < from.length; i++) copySpan(from, i, into, into.push());
}

function addNew(from: SpanBatch, { into, progress: { known } }: Reading): void {
  for (let i = 0; i < from.length; i++) {
    const ids = wordsToHex(from.traceId, i * 4, 4) + wordsToHex(from.spanId, i * 2, 2);
    // Client and server of one call may share an id.
    const key = `${ids}${from.kind[i]}`;
    if (known.has(key)) continue;
    known.add(key);
    copySpan(from, i, into, into.push());
  }
}
