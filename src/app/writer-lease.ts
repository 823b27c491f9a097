import type { Gauge } from 'prom-client';
import type { Runtime } from '../runtime/index.ts';
import { type Lease, type Store, StoreError } from '../store/index.ts';

export interface WriterLeaseConfig {
  readonly holder: string;
  readonly ttlMs: number;
}

const NAME = 'writer';
/** Between two looks at whether another has gone. */
const LOOK_MS = 2_000;

/**
 * One process at a time writes to a store that several can reach. The start waits for one that has gone without a word;
 * one that lives is said, and the start fails. Who cannot ask goes on: alone, it disturbs nobody, and what it wrote
 * without a lease is refused where another had one meanwhile. Who lost the lease can write no more: the store's fence
 * sees to that, and this says so.
 */
export class WriterLease {
  readonly #store: Pick<Store, 'leases' | 'fence'>;
  readonly #config: WriterLeaseConfig;
  readonly #runtime: Runtime;
  readonly #gauge: Gauge;
  #lease: Lease | undefined;
  /** Another has it, and that was said. */
  #isLost = false;
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(store: Pick<Store, 'leases' | 'fence'>, config: WriterLeaseConfig, runtime: Runtime) {
    this.#store = store;
    this.#config = config;
    this.#runtime = runtime;
    this.#gauge = runtime.metrics.gauge(
      'spanwatch_store_writer',
      '1 while this process has the right to write to a store that others can reach, 0 while another has it.',
    );
  }

  async start(): Promise<void> {
    const { clock, logger } = this.#runtime;
    const giveUpAt = clock.now() + this.#config.ttlMs + 2 * LOOK_MS;
    for (let by = await this.#ask(); by !== undefined; by = await this.#ask()) {
      if (clock.now() >= giveUpAt)
        throw new StoreError(
          'busy',
          `the store in Elasticsearch is written by ${by}, which is alive: stop it, or choose another store.prefix`,
        );
      logger.warn({ by }, 'waiting for another process to let go of the store');
      await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
    }
    this.#later();
  }

  async shutdown(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    const lease = this.#lease;
    this.#lease = undefined;
    if (lease === undefined) return;
    try {
      await this.#store.leases.release(lease);
    } catch {
      // It ends by itself.
    }
  }

  #later(): void {
    if (this.#stopped) return;
    this.#cancel = this.#runtime.clock.after(this.#config.ttlMs / 3, () => {
      void this.#ask().then((by) => {
        if (by !== undefined && !this.#isLost) {
          this.#isLost = true;
          this.#lease = undefined;
          this.#runtime.logger.error(
            { by },
            'another process has taken over the store: what this one finds is neither kept there nor told any more',
          );
        }
        this.#later();
      });
    });
  }

  /** Takes or renews it; who has it, when it is another. Without an answer all stays as it is. */
  async #ask(): Promise<string | undefined> {
    const { holder, ttlMs } = this.#config;
    try {
      const outcome = await this.#store.leases.acquire(NAME, holder, ttlMs);
      if (outcome.kind === 'taken') {
        this.#gauge.set(0);
        return outcome.by;
      }
      // Had only once the fence stands: one that failed is asked for again, or who had the lease before could write on.
      if (outcome.lease.token !== this.#lease?.token) await this.#store.fence(outcome.lease.token);
      this.#lease = outcome.lease;
      this.#isLost = false;
      this.#gauge.set(1);
      return undefined;
    } catch (error) {
      if (error instanceof StoreError && error.code === 'fenced') return 'another process';
      this.#runtime.logger.debug({ err: error }, 'the lease of the store could not be asked for');
      return undefined;
    }
  }
}
