import { randomUUID } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import type { Lease, LeaseOutcome, LeaseStore } from '../port.ts';
import { readVersioned, type Versioned, writeVersioned } from './versioned-document.ts';

interface LeaseDocument {
  readonly holder: string;
  /** The process of the holder; absent in what older releases wrote. */
  readonly run?: string;
  readonly token: number;
  readonly ttlMs: number;
  /** Counts renewals, so that each is another writing. */
  readonly renewals: number;
}

/** Two that write at once: one of them tries again, and finds the other. */
const MOST_TRIES = 5;

/**
 * Leases as documents. A lease is free when this process has looked at the same writing of it for as long as its holder
 * asked for: so that only the speed of clocks matters, not the time of day (as in Kubernetes' leader election).
 */
export class ElasticsearchLeases implements LeaseStore {
  readonly #client: Client;
  readonly #index: string;
  readonly #now: () => number;
  readonly #run = randomUUID();
  /** Leases that this process has had: it takes none of them away from another process of its holder. */
  readonly #had = new Set<string>();
  /** The writing of each that was seen last, and since when. */
  readonly #seen = new Map<string, { readonly writing: string; readonly since: number }>();

  constructor(client: Client, index: string, now: () => number) {
    this.#client = client;
    this.#index = index;
    this.#now = now;
  }

  async acquire(name: string, holder: string, ttlMs: number): Promise<LeaseOutcome> {
    let by = 'another';
    for (let i = 0; i < MOST_TRIES; i++) {
      const before = await readVersioned<LeaseDocument>(this.#client, this.#index, idOf(name));
      const mine = before?.value.holder === holder && before.value.run === this.#run;
      const startedAnew = before?.value.holder === holder && !this.#had.has(name);
      if (before !== undefined && !mine && !startedAnew && !this.#isOver(name, before)) {
        return { kind: 'taken', by: before.value.holder };
      }
      const token = (before?.value.token ?? 0) + (mine ? 0 : 1);
      const renewals = (before?.value.renewals ?? 0) + 1;
      if (await this.#write(name, before, { holder, run: this.#run, token, ttlMs, renewals })) {
        this.#had.add(name);
        return { kind: 'held', lease: { name, holder, token } };
      }
      by = before?.value.holder ?? by;
    }
    return { kind: 'taken', by };
  }

  async release({ name, holder, token }: Lease): Promise<void> {
    const before = await readVersioned<LeaseDocument>(this.#client, this.#index, idOf(name));
    if (before?.value.holder !== holder || before.value.token !== token) return;
    // Who comes next need not wait: it lasts no time.
    await this.#write(name, before, { ...before.value, ttlMs: 0 });
  }

  #write(name: string, before: Versioned<LeaseDocument> | undefined, value: LeaseDocument): Promise<boolean> {
    return writeVersioned(this.#client, { index: this.#index, id: idOf(name), before }, value);
  }

  #isOver(name: string, { value, seqNo, primaryTerm }: Versioned<LeaseDocument>): boolean {
    const writing = `${primaryTerm}/${seqNo}`;
    const seen = this.#seen.get(name);
    const now = this.#now();
    if (seen?.writing !== writing) {
      this.#seen.set(name, { writing, since: now });
      return value.ttlMs === 0;
    }
    return now - seen.since >= value.ttlMs;
  }
}

function idOf(name: string): string {
  return `lease-${name}`;
}
