import type { ServerResponse } from 'node:http';
import type { Gauge } from 'prom-client';
import type { Runtime } from '../runtime/index.ts';
import { timelineView } from './incident-view.ts';
import type { Change, HttpParts } from './port.ts';

/** A team with a page open each; more than that is a loop that reconnects. */
const MOST_READERS = 64;
/** Proxies cut what is silent for a minute, often sooner. */
const HEARTBEAT_MS = 15_000;
/** Who has not read what was sent before for this long does not read. */
const STALLED_MS = 30_000;
/** Events read at once: a few hundred bytes each. */
const BATCH = 100;
/** What waits in the socket before nothing more is written. */
const MOST_BUFFERED_BYTES = 256 * 1024;

type Changes = NonNullable<HttpParts['changes']>;

interface Reader {
  readonly response: ServerResponse;
  position: number;
  /** A read is under way; `again`: something came meanwhile. */
  busy: boolean;
  again: boolean;
  stalledSinceMs: number | undefined;
}

/**
 * Server-sent events out of the store: each reader has a position in it, and is sent what comes after as fast as it
 * reads. So nothing is kept for anybody here, who reconnects goes on where they were, and a slow reader holds up nobody.
 */
export class ChangeFeed {
  readonly #changes: Changes;
  readonly #runtime: Runtime;
  readonly #readers = new Set<Reader>();
  readonly #gauge: Gauge;
  readonly #unsubscribe: () => void;
  #cancelBeat: () => void = () => undefined;
  #closed = false;

  constructor(changes: Changes, runtime: Runtime) {
    this.#changes = changes;
    this.#runtime = runtime;
    this.#gauge = runtime.metrics.gauge('spanwatch_http_event_readers', 'Connections to live updates.');
    this.#unsubscribe = changes.onChange(() => {
      for (const reader of this.#readers) void this.#feed(reader);
    });
    // No event of the incident, so it has no position; who misses it reads the page again within half a minute.
    changes.onContext?.((incidentId) => {
      for (const reader of this.#readers)
        if (this.#canTake(reader))
          reader.response.write(`event: context\ndata: ${JSON.stringify({ incidentId })}\n\n`);
    });
  }

  get isFull(): boolean {
    return this.#closed || this.#readers.size >= MOST_READERS;
  }

  /** Feeds `response`, whose head is written, from after `position`; without one from now on. */
  async add(response: ServerResponse, position: number | undefined): Promise<void> {
    const reader: Reader = {
      response,
      position: position ?? 0,
      busy: true,
      again: false,
      stalledSinceMs: undefined,
    };
    // Only while somebody reads: a timer of a server that never started would keep its process alive.
    if (this.#readers.size === 0) this.#beatLater();
    this.#readers.add(reader);
    this.#gauge.set(this.#readers.size);
    response.on('close', () => this.#forget(reader));
    response.on('error', () => this.#drop(reader));
    response.on('drain', () => {
      reader.stalledSinceMs = undefined;
      void this.#feed(reader);
    });
    response.write('retry: 3000\n\n');
    const last = await this.#lastPosition(reader);
    if (last === undefined) return;
    if (position === undefined) reader.position = last;
    // Of another store, or of events that are long gone.
    else if (position > last) {
      reader.position = last;
      response.write(`event: reset\nid: ${last}\ndata: {}\n\n`);
    }
    reader.busy = false;
    await this.#feed(reader);
  }

  close(): void {
    this.#closed = true;
    this.#cancelBeat();
    this.#unsubscribe();
    for (const reader of this.#readers) this.#drop(reader);
  }

  async #lastPosition(reader: Reader): Promise<number | undefined> {
    try {
      return await this.#changes.lastPosition();
    } catch (error) {
      this.#failed(reader, error);
      return undefined;
    }
  }

  async #feed(reader: Reader): Promise<void> {
    if (reader.busy) {
      reader.again = true;
      return;
    }
    reader.busy = true;
    try {
      while (this.#canTake(reader)) {
        reader.again = false;
        const batch = await this.#changes.changes({ after: reader.position, limit: BATCH });
        for (const change of batch) {
          reader.response.write(print(change));
          reader.position = change.position;
        }
        if (batch.length < BATCH && !reader.again) break;
      }
    } catch (error) {
      this.#failed(reader, error);
    } finally {
      reader.busy = false;
    }
  }

  #canTake(reader: Reader): boolean {
    const { response } = reader;
    if (!this.#readers.has(reader) || response.destroyed) return false;
    if (response.writableLength < MOST_BUFFERED_BYTES && !response.writableNeedDrain) return true;
    reader.stalledSinceMs ??= this.#runtime.clock.now();
    return false;
  }

  #beatLater(): void {
    this.#cancelBeat();
    this.#cancelBeat = this.#runtime.clock.after(HEARTBEAT_MS, () => {
      const nowMs = this.#runtime.clock.now();
      for (const reader of this.#readers) {
        const { response, stalledSinceMs } = reader;
        if (stalledSinceMs !== undefined && nowMs - stalledSinceMs >= STALLED_MS) this.#drop(reader);
        else if (response.writableNeedDrain) reader.stalledSinceMs ??= nowMs;
        else response.write(':\n\n');
      }
      if (this.#readers.size > 0) this.#beatLater();
    });
  }

  /** The store could not be read: who reconnects finds out whether it can be by then. */
  #failed(reader: Reader, error: unknown): void {
    this.#runtime.logger.warn({ err: error }, 'live updates could not be read from the store');
    this.#drop(reader);
  }

  #drop(reader: Reader): void {
    this.#forget(reader);
    reader.response.destroy();
  }

  #forget(reader: Reader): void {
    this.#readers.delete(reader);
    if (this.#readers.size === 0) this.#cancelBeat();
    this.#gauge.set(this.#readers.size);
  }
}

/** JSON has no line breaks, so one `data` line is enough. */
function print({ position, event }: Change): string {
  const [entry] = timelineView([event]);
  return `event: incident\nid: ${position}\ndata: ${JSON.stringify({ incidentId: event.incidentId, ...entry })}\n\n`;
}
