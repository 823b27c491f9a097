import type { Clock } from '../../runtime/index.ts';
import type { Channel } from '../port.ts';
import type { ChannelWorker } from './channel-worker.ts';

/** The workers of an outbox: one a channel, which may be replaced while others go on. */
export class Workers {
  readonly #make: (channel: Channel) => ChannelWorker;
  readonly #clock: Clock;
  /** What is in flight may take so long to end by itself. */
  readonly #drainMs: number;
  #all: readonly ChannelWorker[];

  constructor(
    channels: readonly Channel[],
    make: (channel: Channel) => ChannelWorker,
    { clock, drainMs }: { readonly clock: Clock; readonly drainMs: number },
  ) {
    this.#make = make;
    this.#clock = clock;
    this.#drainMs = drainMs;
    this.#all = channels.map(make);
  }

  get channels(): readonly Channel[] {
    return this.#all.map(({ channel }) => channel);
  }

  wake(): void {
    for (const worker of this.#all) worker.wake();
  }

  /**
   * These channels from now on: those that it has already go on undisturbed. Of the others what is in flight ends before a
   * successor of the same name takes up what waits, and before their adapters are closed. The names of those that are new or changed.
   */
  async replace(channels: readonly Channel[]): Promise<readonly string[]> {
    const leaving = this.#all.filter(({ channel }) => !channels.includes(channel));
    this.#all = this.#all.filter((worker) => !leaving.includes(worker));
    for (const worker of leaving) worker.retire();
    await this.#endOf(leaving);
    for (const worker of leaving) close(worker);
    const known = this.channels;
    const coming = channels.filter((channel) => !known.includes(channel)).map(this.#make);
    try {
      await takeUpPace(coming);
    } finally {
      this.#all = [...this.#all, ...coming];
    }
    return coming.map(({ channel }) => channel.name);
  }

  /** Before the first `wake`. */
  takeUpPace(): Promise<void> {
    return takeUpPace(this.#all);
  }

  /** Resolves when none is at work. */
  idle(): Promise<void> {
    return untilIdle(this.#all);
  }

  /** One last pass of each. */
  async drain(): Promise<void> {
    for (const worker of this.#all) worker.drain();
    await this.#endOf(this.#all);
  }

  close(): void {
    for (const worker of this.#all) close(worker);
  }

  async #endOf(workers: readonly ChannelWorker[]): Promise<void> {
    const cancel = this.#clock.after(this.#drainMs, () => {
      for (const worker of workers) worker.stop();
    });
    await untilIdle(workers);
    cancel();
  }
}

async function takeUpPace(workers: readonly ChannelWorker[]): Promise<void> {
  for (const worker of workers) await worker.takeUpPace();
}

function close(worker: ChannelWorker): void {
  worker.stop();
  worker.channel.close?.();
}

async function untilIdle(workers: readonly ChannelWorker[]): Promise<void> {
  for (;;) {
    const running = workers.map((worker) => worker.running).filter((pass) => pass !== undefined);
    if (running.length === 0) return;
    await Promise.all(running);
  }
}
