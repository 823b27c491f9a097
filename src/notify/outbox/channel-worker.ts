import type { Logger, Runtime } from '../../runtime/index.ts';
import type { Delivery, DeliveryStore } from '../../store/port.ts';
import type { Channel, DeliveryOutcome } from '../port.ts';
import { backoffMs, expiryOf, type OutboxLimits, supersededBy } from './rules.ts';

export type CountedOutcome =
  'sent' | 'retry' | 'permanent' | 'expired' | 'superseded' | 'possible_duplicate' | 'store_error';

export interface WorkerParts {
  readonly channel: Channel;
  readonly store: DeliveryStore;
  readonly limits: OutboxLimits;
  readonly count: (channel: string, outcome: CountedOutcome) => void;
  /** After each pass: what the gauges show has changed. */
  readonly onIdle: () => Promise<void>;
}

/** The store is expected back within this time after it failed (another process's lock, a full disk). */
const STORE_RETRY_MS = 5000;

/** Delivers one channel's messages, one at a time, when they are due by the clock. */
export class ChannelWorker {
  readonly #parts: WorkerParts;
  readonly #runtime: Runtime;
  readonly #log: Logger;
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;
  #again = false;
  #cancelTimer: () => void = () => undefined;
  /** The channel's own rule (pace), and what its receiver asked for (Retry-After). */
  #paceUntil = 0;
  #pausedUntil = 0;
  #mode: 'live' | 'draining' | 'stopped' = 'live';

  constructor(parts: WorkerParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
    this.#log = runtime.logger.child({ channel: parts.channel.name });
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
    const readyAt =
      this.#mode === 'draining' ? this.#pausedUntil : Math.max(this.#paceUntil, this.#pausedUntil);
    if (readyAt > now) return this.#wakeAt(readyAt);
    const next = await this.#parts.store.nextDelivery(this.#parts.channel.name, now);
    if (next.kind === 'none') return false;
    if (next.kind === 'later') return this.#wakeAt(next.atMs);
    return this.#handle(next.delivery, now);
  }

  async #handle(delivery: Delivery, now: number): Promise<boolean> {
    const lane = await this.#parts.store.lane(delivery.channel, delivery.incidentId);
    const superseded = delivery.attempts === 0 ? supersededBy(delivery, lane) : undefined;
    if (superseded !== undefined) return this.#end(delivery, 'superseded', superseded);
    const expired = expiryOf(delivery, now, this.#parts.limits);
    if (expired !== undefined) return this.#end(delivery, 'expired', expired);
    const receipt = await this.#parts.store.receipt(delivery.incidentId, delivery.channel);
    // Dropped by a person meanwhile.
    if (!(await this.#parts.store.markSending(delivery.id))) return true;
    const outcome = await this.#attempt(delivery, receipt);
    this.#paceUntil = this.#runtime.clock.now() + this.#parts.channel.minIntervalMs;
    return this.#record(delivery, outcome);
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
    const { store, limits, count, channel } = this.#parts;
    if (outcome.kind === 'permanent') return this.#end(delivery, 'dead', outcome.reason);
    if (outcome.kind === 'sent') {
      await store.finish(
        delivery.id,
        'sent',
        outcome.receipt === undefined ? {} : { receipt: outcome.receipt },
      );
      count(channel.name, 'sent');
      return true;
    }
    const now = this.#runtime.clock.now();
    const delayMs = outcome.afterMs ?? backoffMs(delivery.attempts + 1, limits, this.#runtime.random);
    if (outcome.afterMs !== undefined) this.#pausedUntil = now + outcome.afterMs;
    await store.postpone(delivery.id, this.#mode === 'stopped' ? now : now + delayMs, outcome.reason);
    count(channel.name, 'retry');
    this.#log.warn({ delivery: delivery.id, reason: outcome.reason, delayMs }, 'notification put off');
    return this.#mode === 'live';
  }

  async #end(delivery: Delivery, state: 'dead' | 'expired' | 'superseded', reason: string): Promise<boolean> {
    const { store, count, channel } = this.#parts;
    await store.finish(delivery.id, state, { reason });
    count(channel.name, state === 'dead' ? 'permanent' : state);
    const lost = state === 'dead' || (state === 'expired' && delivery.message.event !== 'updated');
    this.#log[lost ? 'error' : 'info']({ delivery: delivery.id, state, reason }, 'notification not sent');
    return true;
  }

  #wakeAt(atMs: number): false {
    if (this.#mode !== 'live') return false;
    this.#cancelTimer();
    this.#cancelTimer = this.#runtime.clock.after(Math.max(0, atMs - this.#runtime.clock.now()), () =>
      this.wake(),
    );
    return false;
  }
}
