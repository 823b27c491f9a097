import type { Runtime } from '../../runtime/index.ts';
import type { DeliveryStore, Store } from '../../store/port.ts';
import type { Channel, ChannelNote, Outbox } from '../port.ts';
import { ChannelWorker, type CountedOutcome, type WorkerParts } from './channel-worker.ts';
import type { ComposeDigest } from './flood.ts';
import { DEFAULT_OUTBOX_LIMITS, type OutboxLimits } from './rules.ts';
import { Workers } from './workers.ts';

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
  const store = parts.store.outbox;
  const allLimits = { ...DEFAULT_OUTBOX_LIMITS, ...parts.limits };
  const count = counter(runtime);
  const onIdle = gauges(store, runtime);
  const onCircuit = circuitGauge(runtime);
  const listeners: ((note: ChannelNote) => void)[] = [];
  const onNote = (note: ChannelNote): void => {
    for (const listener of listeners) listener(note);
  };
  const shared = { store, limits: allLimits, count, onIdle, onCircuit, onNote };
  const workers = new Workers(
    parts.channels,
    (channel) => {
      onCircuit(channel.name, false);
      return new ChannelWorker({ channel, ...shared, composeDigest: parts.composeDigest }, runtime);
    },
    { clock: runtime.clock, drainMs: allLimits.drainMs },
  );
  const onTrouble = (error: unknown): void =>
    runtime.logger.error({ err: error }, 'messages of channels that are gone could not be ended');
  let replacing: Promise<void> | undefined;
  const replace = async (channels: readonly Channel[]): Promise<void> => {
    const coming = await workers.replace(channels);
    if (!started) return;
    await endUnknown(channels, store);
    // Somebody mended it: what was put off is tried at once.
    for (const name of coming) await store.hasten(name, runtime.clock.now());
    workers.wake();
  };
  let started = false;
  return {
    start: async () => {
      await takeUpLeftOvers({ channels: workers.channels, store, nowMs: runtime.clock.now() }, count);
      await workers.takeUpPace();
      started = true;
      workers.wake();
      await onIdle();
    },
    wake: () => {
      if (started) workers.wake();
    },
    onNote: (listener) => void listeners.push(listener),
    replace: (channels) => {
      const done = (replacing ?? Promise.resolve()).then(() => replace(channels)).catch(onTrouble);
      return (replacing = done);
    },
    settled: () => workers.idle(),
    shutdown: async () => {
      if (replacing !== undefined) await replacing;
      if (started) await workers.drain();
      started = false;
      workers.close();
    },
  };
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
  await endUnknown(channels, store);
}

/** Messages of channels that are not configured are dead letters: they can be sent again when theirs is back. */
async function endUnknown(channels: readonly Channel[], store: DeliveryStore): Promise<void> {
  const known = new Set(channels.map((channel) => channel.name));
  for (const name of await store.busyChannels()) {
    if (known.has(name)) continue;
    const left = await store.waiting(name, MAX_LEFT_OVER);
    const ids = left.map(({ id }) => id);
    await store.finishAll(ids, 'dead', { reason: 'the channel is not configured any more' });
  }
}

function circuitGauge(runtime: Runtime): (channel: string, open: boolean) => void {
  const down = runtime.metrics.gauge(
    'spanwatch_channel_down',
    '1 while a channel fails as a whole and is asked again only now and then.',
    ['channel'],
  );
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
