import type { Logger, Runtime } from '../../runtime/index.ts';
import type { Delivery, DeliveryStore } from '../../store/port.ts';
import type { Channel, ChannelNote, DeliveryOutcome } from '../port.ts';
import { Circuit } from './circuit.ts';
import { type ComposeDigest, digestible, digestOf } from './flood.ts';
import { Pacing } from './pacing.ts';
import { backoffMs, expiryOf, type OutboxLimits, supersededIn } from './rules.ts';

export type CountedOutcome =
  | 'sent'
  | 'skipped'
  | 'retry'
  | 'permanent'
  | 'expired'
  | 'superseded'
  | 'digest'
  | 'possible_duplicate'
  | 'store_error';

export interface WorkerParts {
  readonly channel: Channel;
  readonly store: DeliveryStore;
  readonly limits: OutboxLimits;
  readonly count: (channel: string, outcome: CountedOutcome, times?: number) => void;
  /** Whether the channel as a whole is down. */
  readonly onCircuit: (channel: string, open: boolean) => void;
  readonly composeDigest: ComposeDigest | undefined;
  readonly onNote: (note: ChannelNote) => void;
  /** After each pass: what the gauges show has changed. */
  readonly onIdle: () => Promise<void>;
}

/** The store is expected back within this time after it failed (another process's lock, a full disk). */
const STORE_RETRY_MS = 5000;
/** What a shutdown may send without the channel's pace: what is due on an ordinary day, not what an outage left. */
const MAX_UNPACED = 5;
/** Read at once to be summed up; what is beyond is summed up in the next digest. */
const MAX_SUMMED_UP = 5000;

/** Delivers one channel's messages, one at a time, when they are due by the clock. */
export class ChannelWorker {
  readonly #parts: WorkerParts;
  readonly #runtime: Runtime;
  readonly #log: Logger;
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;
  #again = false;
  #cancelTimer: () => void = () => undefined;
  readonly #pacing: Pacing;
  readonly #circuit: Circuit;
  #unpaced = MAX_UNPACED;
  /** A backlog of this size is looked at again: what it held at the last look may not be summed up. */
  #floodAt: number;
  #mode: 'live' | 'draining' | 'stopped' = 'live';

  constructor(parts: WorkerParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
    this.#log = runtime.logger.child({ channel: parts.channel.name });
    this.#pacing = new Pacing(parts.channel.pace);
    this.#circuit = new Circuit(runtime.random);
    this.#floodAt = parts.limits.maxWaiting + 1;
  }

  get channel(): Channel {
    return this.#parts.channel;
  }

  /** Before the first `wake`: goes on at the pace, and in the pause, in which the process before was. */
  async takeUpPace(): Promise<void> {
    const kept = await this.#parts.store.pace(this.#parts.channel.name);
    if (kept !== undefined) this.#pacing.restore(kept, this.#runtime.clock.now());
  }

  wake(): void {
    if (this.#mode === 'stopped') return;
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      // Asked for while the pass was ending.
      if (this.#again) this.wake();
    });
  }

  /** The pass in flight; undefined when idle. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  /** One last pass without pace; ends at the first retry, since then the receiver is unwell. */
  drain(): void {
    if (this.#mode === 'live') this.#mode = 'draining';
    this.wake();
  }

  /** Finishes the attempt in flight and takes nothing up any more: another takes over. */
  retire(): void {
    this.#mode = 'stopped';
    this.#cancelTimer();
  }

  /** Ends the attempt in flight and takes nothing up any more. */
  stop(): void {
    this.#mode = 'stopped';
    this.#cancelTimer();
    this.#abort.abort();
  }

  async #run(): Promise<void> {
    this.#cancelTimer();
    try {
      while (this.#again) {
        this.#again = false;
        while (await this.#step());
      }
      await this.#parts.onIdle();
    } catch (error) {
      this.#again = false;
      this.#parts.count(this.#parts.channel.name, 'store_error');
      this.#log.error({ err: error }, 'the outbox cannot use its store');
      this.#wakeAt(this.#runtime.clock.now() + STORE_RETRY_MS);
    }
  }

  /** Handles the next delivery; false when there is none to handle now. */
  async #step(): Promise<boolean> {
    if (this.#mode === 'stopped') return false;
    const now = this.#runtime.clock.now();
    const unpaced = this.#mode === 'draining' && this.#unpaced > 0;
    const readyAt = this.#pacing.readyAt(unpaced);
    if (readyAt > now) return this.#wakeAt(readyAt);
    if (await this.#sumUp(now)) return true;
    const { store, channel } = this.#parts;
    const next = await store.nextDelivery(channel.name, now);
    if (next.kind === 'none') return false;
    if (next.kind === 'later') return this.#wakeAt(next.atMs);
    return this.#handle(next.delivery, now);
  }

  async #handle(delivery: Delivery, now: number): Promise<boolean> {
    const { store, channel } = this.#parts;
    const lane = await store.lane(delivery.channel, delivery.incidentId);
    const superseded = supersededIn(lane, channel.edits === true);
    if (superseded !== undefined) {
      await this.#supersede(superseded.ids, superseded.reason);
      if (superseded.ids.includes(delivery.id)) return true;
    }
    const expired = expiryOf(delivery, now, this.#parts.limits);
    if (expired !== undefined) return this.#end(delivery, 'expired', expired);
    const receipt = await store.receipt(delivery.incidentId, delivery.channel);
    // Dropped by a person meanwhile.
    if (!(await store.markSending(delivery.id, this.#pacing.kept(now)))) return true;
    const outcome = await this.#attempt(delivery, receipt);
    this.#pacing.take(this.#runtime.clock.now());
    if (this.#mode === 'draining') this.#unpaced--;
    return this.#record(delivery, outcome);
  }

  async #supersede(ids: readonly string[], reason: string): Promise<void> {
    const { store, channel, count } = this.#parts;
    await store.finishAll(ids, 'superseded', { reason });
    count(channel.name, 'superseded', ids.length);
    this.#log.info({ deliveries: ids.length, reason }, 'notifications not sent');
  }

  /** When more waits than people can take in: one message instead. True when it was written. */
  async #sumUp(now: number): Promise<boolean> {
    const { store, channel, limits, composeDigest, count } = this.#parts;
    // While it fails nobody knows what will be waiting when it is back.
    if (composeDigest === undefined || channel.forPrograms === true || this.#circuit.failures > 0)
      return false;
    const backlog = await store.backlog(channel.name);
    if (backlog < this.#floodAt) {
      if (backlog <= limits.maxWaiting) this.#floodAt = limits.maxWaiting + 1;
      return false;
    }
    const summed = digestible(await store.waiting(channel.name, MAX_SUMMED_UP));
    if (summed.length <= limits.maxWaiting) {
      this.#floodAt = backlog + limits.maxWaiting;
      return false;
    }
    const matters = summed.filter((delivery) => expiryOf(delivery, now, limits) === undefined);
    const ids = summed.map(({ id }) => id);
    const reason = `summed up with ${ids.length - 1} others`;
    const instead =
      matters.length === 0 ? {} : { instead: digestOf(matters, channel.name, now, composeDigest) };
    await store.finishAll(ids, 'superseded', { reason, ...instead });
    count(channel.name, 'superseded', ids.length);
    count(channel.name, 'digest');
    this.#log.warn({ deliveries: ids.length }, 'too many messages waited; they are summed up in one');
    return true;
  }

  async #attempt(
    { message }: Delivery,
    receipt: Parameters<Channel['deliver']>[1],
  ): Promise<DeliveryOutcome> {
    try {
      return await this.#parts.channel.deliver(message, receipt, this.#abort.signal);
    } catch (error) {
      // Against the contract, so its text may hold anything: only its class is told.
      const name = error instanceof Error ? error.name : typeof error;
      return { kind: 'retry', reason: `the channel threw ${name}` };
    }
  }

  async #record(delivery: Delivery, outcome: DeliveryOutcome): Promise<boolean> {
    const { store, limits, count, channel, onNote } = this.#parts;
    if (outcome.kind !== 'retry' && this.#circuit.answered()) {
      this.#parts.onCircuit(channel.name, false);
      this.#log.info('the channel is back');
      await store.hasten(channel.name, this.#runtime.clock.now());
    }
    if (outcome.kind !== 'retry' && outcome.note !== undefined) {
      onNote({ incidentId: delivery.incidentId, channel: channel.name, text: outcome.note });
    }
    if (outcome.kind === 'permanent') return this.#end(delivery, 'dead', outcome.reason);
    if (outcome.kind === 'sent' || outcome.kind === 'skipped') {
      const { kind, receipt } = outcome;
      const pace = this.#pacing.kept();
      await store.finish(delivery.id, kind, {
        ...(outcome.kind === 'skipped' && { reason: outcome.reason }),
        ...(receipt !== undefined && { receipt }),
        ...(pace !== undefined && { pace }),
      });
      count(channel.name, kind);
      return true;
    }
    const now = this.#runtime.clock.now();
    const pauseMs = Math.max(outcome.afterMs ?? 0, this.#circuit.failed());
    const delayMs = Math.max(
      pauseMs,
      outcome.afterMs ?? backoffMs(delivery.attempts + 1, limits, this.#runtime.random),
    );
    this.#pacing.pause(now, { ownMs: pauseMs, askedMs: outcome.afterMs ?? 0 });
    if (this.#circuit.open) this.#parts.onCircuit(channel.name, true);
    const nextAt = this.#mode === 'stopped' ? now : now + delayMs;
    await store.postpone(delivery.id, nextAt, outcome.reason, this.#pacing.kept());
    count(channel.name, 'retry');
    this.#log.warn({ delivery: delivery.id, reason: outcome.reason, delayMs }, 'notification put off');
    return this.#mode === 'live';
  }

  async #end(delivery: Delivery, state: 'dead' | 'expired' | 'superseded', reason: string): Promise<boolean> {
    const { store, count, channel } = this.#parts;
    await store.finish(delivery.id, state, { reason });
    count(channel.name, state === 'dead' ? 'permanent' : state);
    const lost =
      state === 'dead' || (state === 'expired' && !['updated', 'context'].includes(delivery.message.event));
    this.#log[lost ? 'error' : 'info']({ delivery: delivery.id, state, reason }, 'notification not sent');
    return true;
  }

  /** True when it is time already: the clock moved on while the store was asked. */
  #wakeAt(atMs: number): boolean {
    if (this.#mode !== 'live') return false;
    const waitMs = atMs - this.#runtime.clock.now();
    if (waitMs <= 0) return true;
    this.#cancelTimer();
    this.#cancelTimer = this.#runtime.clock.after(waitMs, () => this.wake());
    return false;
  }
}
