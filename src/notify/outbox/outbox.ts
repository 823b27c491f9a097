import type { Runtime } from '../../runtime/index.ts';
import type { DeliveryStore, Store } from '../../store/port.ts';
import type { Channel, ChannelNote, Outbox } from '../port.ts';
import { ChannelWorker, type CountedOutcome, type WorkerParts } from './channel-worker.ts';
import type { ComposeDigest } from './flood.ts';
import { DEFAULT_OUTBOX_LIMITS, type OutboxLimits } from './rules.ts';

export interface OutboxParts {
  readonly channels: readonly Channel[];
  readonly store: Pick<Store, 'outbox'>;
  readonly limits?: Partial<OutboxLimits>;
  /** Words the messages that sum up what piled up. Without it nothing is summed up. */
  readonly composeDigest?: ComposeDigest;
}

/** What a start looks through for deliveries that a crash or a changed configuration left. */
const MAX_LEFT_OVER = 100_000;

/**
 * Delivers what the store's transactions wrote, at least once. The clock is that of the store and, where channels sign
 * their requests or answer to rate limits, the wall clock. A delivery is marked `sending` before and final after the
 * attempt: one found `sending` at the start goes out again, and is counted as `possible_duplicate`.
 */
export function createOutbox(parts: OutboxParts, runtime: Runtime): Outbox {
  const { channels } = parts;
  const store = parts.store.outbox;
  const allLimits = { ...DEFAULT_OUTBOX_LIMITS, ...parts.limits };
  const count = counter(runtime);
  const onIdle = gauges(store, runtime);
  const { composeDigest } = parts;
  const onCircuit = circuitGauge(channels, runtime);
  const listeners: ((note: ChannelNote) => void)[] = [];
  const onNote = (note: ChannelNote): void => {
    for (const listener of listeners) listener(note);
  };
  const shared = { store, limits: allLimits, count, onIdle, onCircuit, composeDigest, onNote };
  const workers = channels.map((channel) => new ChannelWorker({ channel, ...shared }, runtime));
  const wake = (): void => {
    for (const worker of workers) worker.wake();
  };
  let started = false;
  return {
    start: async () => {
      await takeUpLeftOvers({ channels, store, nowMs: runtime.clock.now() }, count);
      for (const worker of workers) await worker.takeUpPace();
      started = true;
      wake();
      await onIdle();
    },
    wake: () => {
      if (started) wake();
    },
    onNote: (listener) => void listeners.push(listener),
    settled: () => untilIdle(workers),
    shutdown: async () => {
      if (started) {
        for (const worker of workers) worker.drain();
        const cancel = runtime.clock.after(allLimits.drainMs, () => {
          for (const worker of workers) worker.stop();
        });
        await untilIdle(workers);
        cancel();
      }
      started = false;
      for (const worker of workers) worker.stop();
      for (const channel of channels) channel.close?.();
    },
  };
}

async function untilIdle(workers: readonly ChannelWorker[]): Promise<void> {
  for (;;) {
    const running = workers.map((worker) => worker.running).filter((pass) => pass !== undefined);
    if (running.length === 0) return;
    await Promise.all(running);
  }
}

async function takeUpLeftOvers(
  {
    channels,
    store,
    nowMs,
  }: { readonly channels: readonly Channel[]; readonly store: DeliveryStore; readonly nowMs: number },
  count: (channel: string, outcome: CountedOutcome) => void,
): Promise<void> {
  const inFlight = await store.deliveries({ state: 'sending', limit: MAX_LEFT_OVER });
  for (const delivery of inFlight) count(delivery.channel, 'possible_duplicate');
  await store.recoverSending();
  for (const { id, channel } of inFlight) {
    const waitMs = channels.find(({ name }) => name === channel)?.afterKillMs;
    if (waitMs !== undefined)
      await store.postpone(id, nowMs + waitMs, 'in flight at a kill: it may be there');
  }
  const known = new Set(channels.map((channel) => channel.name));
  for (const name of await store.busyChannels()) {
    if (known.has(name)) continue;
    const left = await store.waiting(name, MAX_LEFT_OVER);
    const ids = left.map(({ id }) => id);
    await store.finishAll(ids, 'dead', { reason: 'the channel is not configured any more' });
  }
}

function circuitGauge(
  channels: readonly Channel[],
  runtime: Runtime,
): (channel: string, open: boolean) => void {
  const down = runtime.metrics.gauge(
    'spanwatch_channel_down',
    '1 while a channel fails as a whole and is asked again only now and then.',
    ['channel'],
  );
  for (const { name } of channels) down.set({ channel: name }, 0);
  return (channel, open) => down.set({ channel }, open ? 1 : 0);
}

function counter(runtime: Runtime): WorkerParts['count'] {
  const notifications = runtime.metrics.counter(
    'spanwatch_notifications_total',
    'Messages by channel and how they ended; retry counts attempts.',
    ['channel', 'outcome'],
  );
  return (channel, outcome, times = 1) => notifications.inc({ channel, outcome }, times);
}

function gauges(store: DeliveryStore, runtime: Runtime): () => Promise<void> {
  const pending = runtime.metrics.gauge('spanwatch_outbox_pending', 'Messages not yet sent.');
  const oldest = runtime.metrics.gauge('spanwatch_outbox_oldest_seconds', 'Age of the oldest of them.');
  return async () => {
    const status = await store.status();
    pending.set(status.pending);
    const ageMs = status.oldestEnqueuedAt === undefined ? 0 : runtime.clock.now() - status.oldestEnqueuedAt;
    oldest.set(ageMs / 1000);
  };
}
