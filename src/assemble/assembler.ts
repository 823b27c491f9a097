import type { SpanBatch } from '../domain/span-batch.ts';
import type { CloseReason, Trace } from '../domain/trace.ts';
import type { AssembleLimits } from './limits.ts';
import { RecentlyClosed, type RecentlyClosedState } from './recently-closed.ts';
import { SpanArena, type SpanArenaState } from './span-arena.ts';
import type { TraceBuilder } from './trace-builder.ts';
import { TraceIndex } from './trace-index.ts';
import { TraceRecords, type TraceRecordsState } from './trace-records.ts';
import { Watermark, type WatermarkState } from './watermark.ts';

/** Due times are looked at every second; the ring spans the longest wait but the age limit. */
const TICK_US = 1_000_000;
const RING_TICKS = 64;
/** The ring must not come round within a batch: half of it, which leaves room for the longest wait. */
const CLOSE_WITHIN_US = 32 * TICK_US;

export interface AssemblerCounts {
  spansIn: number;
  /** Spans of a trace that was closed already: measured as a trace of their own. */
  late: number;
  duplicates: number;
  /** Spans over `maxSpansPerTrace`. */
  dropped: number;
  closed: Record<CloseReason, number>;
}

export interface AssemblerState {
  readonly counts: AssemblerCounts;
  readonly watermark: WatermarkState;
  readonly records: TraceRecordsState;
  readonly arena: SpanArenaState;
  readonly closed: RecentlyClosedState;
  /** The first record due by tick, and the tick that was looked at last. */
  readonly ring: Int32Array;
  readonly tick: number;
}

/**
 * Spans by trace id until the trace is quiet, too old, or memory is short. Event time rules: nothing here knows a wall
 * clock. Bounded whatever comes in. `onTrace` borrows the trace for the call.
 */
export class Assembler {
  readonly watermark = new Watermark();
  readonly counts: AssemblerCounts = {
    spansIn: 0,
    late: 0,
    duplicates: 0,
    dropped: 0,
    closed: { quiet: 0, incomplete: 0, 'too-old': 0, memory: 0, flush: 0 },
  };
  readonly #limits: AssembleLimits;
  readonly #onTrace: (trace: Trace) => void;
  readonly #records = new TraceRecords();
  readonly #index: TraceIndex;
  readonly #arena: SpanArena;
  readonly #closed = new RecentlyClosed();
  readonly #builder: TraceBuilder;
  readonly #ring = new Int32Array(RING_TICKS).fill(-1);
  #tick = -1;

  constructor(limits: AssembleLimits, builder: TraceBuilder, onTrace: (trace: Trace) => void) {
    this.#limits = limits;
    this.#onTrace = onTrace;
    this.#builder = builder;
    this.#arena = new SpanArena(limits.maxOpenSpans);
    this.#index = new TraceIndex(this.#records.ids);
  }

  get openTraces(): number {
    return this.#index.size;
  }

  get openSpans(): number {
    return this.#arena.live;
  }

  /** Whether the trace with the id words at `at` is open. */
  isOpen(words: Int32Array, at: number): boolean {
    return this.#index.find(words, at) >= 0;
  }

  /** Takes the spans; then closes what is due. Of a batch that spans minutes (a store that was asked), on the way as well. */
  add(batch: SpanBatch): void {
    const { watermark } = this;
    let { us: closedAtUs, jumps } = watermark;
    for (let i = 0; i < batch.length; i++) {
      this.#addSpan(batch, i);
      if (watermark.jumps !== jumps) ({ us: closedAtUs, jumps } = watermark);
      else if (watermark.us - closedAtUs > CLOSE_WITHIN_US) {
        this.closeDue();
        closedAtUs = watermark.us;
      }
    }
    this.counts.spansIn += batch.length;
    this.closeDue();
  }

  /** Closes what is due by the watermark. */
  closeDue(): void {
    const tick = Math.floor(this.watermark.us / TICK_US);
    if (this.#tick < 0 || tick - this.#tick > RING_TICKS)
      this.#tick = Math.max(this.#tick, tick - RING_TICKS);
    while (this.#tick < tick) this.#closeTick(++this.#tick);
  }

  /** Closes everything: the input has ended. */
  flush(): void {
    for (let t = 0; t < RING_TICKS; t++) this.#drainSlot(t, () => 'flush');
  }

  /** Borrows the columns of what is open. */
  snapshot(): AssemblerState {
    return {
      counts: this.counts,
      watermark: this.watermark.snapshot(),
      records: this.#records.snapshot(),
      arena: this.#arena.snapshot(),
      closed: this.#closed.snapshot(),
      ring: this.#ring,
      tick: this.#tick,
    };
  }

  /** Into an assembler that has seen nothing. What is open beyond a smaller limit than it was stays until it is due. */
  restore(state: AssemblerState): void {
    Object.assign(this.counts, state.counts);
    this.watermark.restore(state.watermark);
    this.#records.restore(state.records);
    this.#arena.restore(state.arena);
    this.#closed.restore(state.closed);
    this.#ring.set(state.ring);
    this.#tick = state.tick;
    this.#index.rebase(this.#records.ids);
    for (const first of this.#ring) {
      for (let record = first; record >= 0; record = this.#records.nextDue[record])
        this.#index.insert(record);
    }
  }

  #addSpan(batch: SpanBatch, i: number): void {
    const endUs = batch.startUs[i] + batch.durationUs[i];
    this.watermark.observe(endUs, batch.traceId[i * 4 + 3]);
    let record = this.#index.find(batch.traceId, i * 4);
    if (record < 0) {
      if (this.#seenLately(batch, i)) return;
      record = this.#open(batch, i);
    }
    const records = this.#records;
    if (endUs > records.latestEndUs[record]) records.latestEndUs[record] = endUs;
    records.touchedUs[record] = this.watermark.us;
    const root = batch.parentId[i * 2] === 0 && batch.parentId[i * 2 + 1] === 0;
    // The first root is taken even when the trace is full: it ends last, and without it the rest means little.
    const kept = root && records.rootSeen[record] === 0;
    if (root) records.rootSeen[record] = 1;
    if (records.count[record] >= this.#limits.maxSpansPerTrace && !kept) {
      records.dropped[record]++;
      this.counts.dropped++;
      return;
    }
    if (this.#arena.full) this.#closeForMemory(record);
    const at = this.#arena.take(batch, i);
    if (records.tail[record] < 0) records.head[record] = at;
    else this.#arena.chain(records.tail[record], at);
    records.tail[record] = at;
    records.count[record]++;
  }

  /** True for a duplicate, which is dropped; a late span is counted and goes on as a trace of its own. */
  #seenLately(batch: SpanBatch, i: number): boolean {
    const t = i * 4;
    if (!this.#closed.has(batch.traceId[t + 2], batch.traceId[t + 3])) return false;
    if (this.#closed.has(spanKey(batch.spanId[i * 2], batch.traceId[t + 3]), batch.spanId[i * 2 + 1])) {
      this.counts.duplicates++;
      return true;
    }
    this.counts.late++;
    return false;
  }

  #open(batch: SpanBatch, i: number): number {
    if (this.#index.size >= this.#limits.maxOpenTraces) this.#closeForMemory(-1);
    const { record, grew } = this.#records.take();
    if (grew) this.#index.rebase(this.#records.ids);
    for (let w = 0; w < 4; w++) this.#records.ids[record * 4 + w] = batch.traceId[i * 4 + w];
    this.#records.firstSeenUs[record] = this.watermark.us;
    this.#index.insert(record);
    this.#schedule(record, Math.floor(this.watermark.us / TICK_US) + 1);
    return record;
  }

  #schedule(record: number, tick: number): void {
    const slot = Math.min(tick, this.#tick < 0 ? tick : this.#tick + RING_TICKS) % RING_TICKS;
    this.#records.nextDue[record] = this.#ring[slot];
    this.#ring[slot] = record;
  }

  #closeTick(tick: number): void {
    this.#drainSlot(tick % RING_TICKS, (record) => this.#due(record, tick));
  }

  /** Why the record closes now, or the tick at which to look again. */
  #due(record: number, tick: number): CloseReason | number {
    const records = this.#records;
    const nowUs = tick * TICK_US;
    const waitMs = records.rootSeen[record] === 1 ? this.#limits.quietMs : this.#limits.incompleteMs;
    // What came before the watermark jumped to its time has waited since that jump, not since it came.
    const { jumpedToUs } = this.watermark;
    const endUs = records.latestEndUs[record];
    const sinceUs = endUs > records.touchedUs[record] || endUs >= jumpedToUs ? jumpedToUs : 0;
    const quietAtUs = Math.max(records.touchedUs[record], sinceUs) + waitMs * 1000;
    if (quietAtUs <= nowUs) return records.rootSeen[record] === 1 ? 'quiet' : 'incomplete';
    const ageAtUs = Math.max(records.firstSeenUs[record], sinceUs) + this.#limits.maxAgeMs * 1000;
    if (ageAtUs <= nowUs) return 'too-old';
    // The root may come at any time and shorten the wait, so that a trace without one is looked at every tick.
    if (records.rootSeen[record] === 0) return tick + 1;
    return Math.ceil(Math.min(quietAtUs, ageAtUs) / TICK_US);
  }

  #drainSlot(slot: number, decide: (record: number) => CloseReason | number): void {
    let record = this.#ring[slot];
    this.#ring[slot] = -1;
    while (record >= 0) {
      const following = this.#records.nextDue[record];
      const decision = decide(record);
      if (typeof decision === 'number') this.#schedule(record, decision);
      else this.#close(record, decision);
      record = following;
    }
  }

  /** Makes room: the traces that are due soonest go first, `keep` stays. */
  #closeForMemory(keep: number): void {
    for (let k = 1; k <= RING_TICKS; k++) {
      const slot = (Math.max(this.#tick, 0) + k) % RING_TICKS;
      if (this.#ring[slot] < 0) continue;
      const again = Math.max(this.#tick, 0) + k;
      this.#drainSlot(slot, (record) => (record === keep ? again : 'memory'));
      if (!this.#arena.full && this.#index.size < this.#limits.maxOpenTraces) return;
    }
    // Only `keep` is left and it alone fills the arena: it starts again.
    if (this.#arena.full) this.#restart(keep);
  }

  #restart(record: number): void {
    const records = this.#records;
    this.counts.dropped += records.count[record];
    records.dropped[record] += records.count[record];
    this.#arena.release(records.head[record], records.tail[record], records.count[record]);
    records.head[record] = records.tail[record] = -1;
    records.count[record] = 0;
  }

  #close(record: number, reason: CloseReason): void {
    const records = this.#records;
    const count = records.count[record];
    this.counts.closed[reason]++;
    if (count > 0) {
      const trace = this.#builder.build(this.#arena, {
        head: records.head[record],
        count,
        ids: records.ids,
        at: record * 4,
        latestEndUs: records.latestEndUs[record],
        reason,
        dropped: records.dropped[record],
      });
      this.counts.duplicates += count - trace.spanCount;
      this.#remember(trace);
      this.#onTrace(trace);
      this.#arena.release(records.head[record], records.tail[record], count);
    }
    this.#index.remove(record);
    records.release(record);
  }

  #remember(trace: Trace): void {
    const us = this.watermark.us;
    const low = trace.traceId[3];
    this.#closed.add(trace.traceId[2], low, us);
    for (let i = 0; i < trace.spanCount; i++) {
      this.#closed.add(spanKey(trace.spanId[i * 2], low), trace.spanId[i * 2 + 1], us);
    }
  }
}

function spanKey(high: number, traceLow: number): number {
  return Math.imul(high ^ 0x5bd1e995, 0x9e3779b9) ^ traceLow;
}
