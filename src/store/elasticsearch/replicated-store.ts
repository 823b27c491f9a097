import { randomUUID } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import { elasticsearchReason } from '../../runtime/elasticsearch.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { Store } from '../port.ts';
import { StoreError } from '../store-error.ts';
import { type Head, Heads } from './heads.ts';
import { OperationLog } from './operation-log.ts';
import { type Call, type Operation, readOperation, writtenArgs } from './operations.ts';
import { keepOwnToken, readOwnToken } from './own-token.ts';
import { EMPTY_BASE, OWN_BASE, type Pending, Replica, type Result } from './replica.ts';
import { readSnapshot } from './snapshots.ts';
import { type StoreMetrics, storeMetrics } from './store-metrics.ts';

export interface ReplicatedConfig {
  readonly prefix: string;
  /** The local file. */
  readonly path: string;
  /** Operations between two snapshots, and of one index of the log: for tests. */
  readonly snapshotEvery?: number;
  readonly placesAnIndex?: number;
}

/** How often what others wrote is looked for, and a server that was out of reach asked again. */
const POLL_MS = 5_000;
/** Operations between two snapshots: a start without a file carries out at most these, in a second or two. */
const SNAPSHOT_EVERY = 2_000;

/**
 * A log of operations in Elasticsearch, and a SQLite file in which they are carried out (docs/adr/0018). A write is in
 * the log before it is carried out; while the log is out of reach it is carried out here alone and goes there later.
 */
export class ReplicatedStore {
  readonly #replica: Replica;
  readonly #log: OperationLog;
  readonly #heads: Heads;
  readonly #client: Client;
  readonly #config: ReplicatedConfig;
  readonly #runtime: Pick<Runtime, 'clock' | 'logger' | 'metrics'>;
  readonly #metrics: StoreMetrics;
  #head: Head | undefined;
  /** Why the log is out of reach; undefined while it is not. */
  #alone: string | undefined = 'not asked yet';
  #token: number;
  #tail: Promise<unknown> = Promise.resolve();
  #cancelPoll: () => void = () => undefined;
  #closed = false;

  constructor(
    client: Client,
    config: ReplicatedConfig,
    runtime: Pick<Runtime, 'clock' | 'logger' | 'metrics'>,
  ) {
    this.#client = client;
    this.#config = config;
    this.#runtime = runtime;
    this.#replica = new Replica(config.path, runtime.clock);
    this.#token = readOwnToken(config.path);
    this.#log = new OperationLog(client, config.prefix, config.placesAnIndex);
    this.#heads = new Heads(client, config.prefix);
    this.#metrics = storeMetrics(runtime.metrics);
  }

  /** Asks the server once. Rejects only for what a person must decide; one that is away is asked again. */
  async start(): Promise<void> {
    await this.#inTurn(() => this.#sync());
    this.#poll();
  }

  /** Waits for the log, or carries it out alone. */
  write(call: Call, args: readonly unknown[]): Promise<unknown> {
    const operation: Operation = {
      ...{ id: randomUUID(), call, args: writtenArgs(args) },
      ...{ at: Math.floor(this.#runtime.clock.now()), token: this.#token },
    };
    return this.#inTurn(async () => {
      const result = await this.#submit(operation);
      this.#metrics.unsent.set(this.#replica.pendingCount);
      if (!result.ok) throw result.error;
      return result.value;
    });
  }

  /** After all that was written before. */
  read<T>(work: (store: Store) => Promise<T>): Promise<T> {
    return this.#inTurn(() => work(this.#replica.store));
  }

  async fence(token: number): Promise<void> {
    this.#token = Math.max(this.#token, token);
    keepOwnToken(this.#config.path, this.#token, this.#runtime.logger);
    await this.write('fence', [token]);
  }

  /** What the log was out of reach for is sent once more. */
  async close(): Promise<void> {
    this.#cancelPoll();
    await this.#inTurn(async () => {
      if (!this.#closed && this.#alone === undefined && this.#replica.pendingCount > 0) await this.#sync();
      this.#closed = true;
      await this.#replica.close();
      await this.#client.close();
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => undefined);
    return done;
  }

  #poll(): void {
    this.#cancelPoll = this.#runtime.clock.after(POLL_MS, () => {
      void this.#inTurn(async () => {
        if (this.#closed) return;
        await this.#sync().catch((error: unknown) => this.#goAlone(error));
        this.#poll();
      });
    });
  }

  async #submit(operation: Operation): Promise<Result> {
    if (this.#alone !== undefined) return this.#replica.applyAlone(operation);
    const text = JSON.stringify(operation);
    for (;;) {
      try {
        const place = this.#replica.applied + 1;
        const outcome = await this.#log.append({ place, id: operation.id, text });
        if (outcome === 'written') return await this.#replica.apply(place, operation);
        if (outcome === 'no-index') await this.#makeIndex(place);
        const result = await this.#catchUp(operation.id);
        if (result !== undefined) return result;
      } catch (error) {
        if (error instanceof StoreError) throw error;
        await this.#goAlone(error);
        // Should it be in the log after all, it is known there by its id.
        return this.#replica.applyAlone(operation);
      }
    }
  }

  /** Carries out what others wrote; the result of the operation `id`, if it is among that. */
  async #catchUp(id?: string): Promise<Result | undefined> {
    let found: Result | undefined;
    for (;;) {
      const entries = await this.#log.read(this.#replica.applied + 1);
      if (entries === undefined) await this.#makeIndex(this.#replica.applied + 1);
      if (entries === undefined || entries.length === 0) return found;
      for (const entry of entries) {
        const pending = this.#replica.firstPending;
        const operation = readOperation(
          entry.text,
          `place ${entry.place} of ${this.#config.prefix}-store-log`,
        );
        if (pending?.operation.id === entry.id && pending.done) this.#replica.settle(pending, entry.place);
        else if (pending?.done === true) {
          await this.#rebuild('another process wrote to the store meanwhile');
          break;
        } else {
          const mine = pending?.operation.id === entry.id ? pending : undefined;
          const result = await this.#replica.apply(entry.place, operation, mine);
          if (entry.id === id) found = result;
        }
      }
    }
  }

  /** All that is in the log is here, and all that is here is in the log. Alone when it cannot be reached. */
  async #sync(): Promise<void> {
    try {
      await this.#connect();
      for (;;) {
        await this.#catchUp();
        const pending = this.#replica.firstPending;
        if (pending === undefined) break;
        await this.#send(pending);
      }
      if (this.#alone !== undefined)
        this.#runtime.logger.info({ place: this.#replica.applied }, 'the store is as Elasticsearch has it');
      this.#alone = undefined;
      this.#metrics.replicated.set(1);
      this.#metrics.unsent.set(0);
      await this.#snapshotWhenDue();
    } catch (error) {
      // A person must decide, and nothing has begun: after that, what is here goes on.
      if (error instanceof StoreError) throw error;
      await this.#goAlone(error);
    }
  }

  async #send(pending: Pending): Promise<void> {
    const { operation } = pending;
    const place = this.#replica.applied + 1;
    const outcome = await this.#log.append({ place, id: operation.id, text: JSON.stringify(operation) });
    if (outcome === 'no-index') await this.#makeIndex(place);
    if (outcome !== 'written') return;
    if (pending.done) {
      this.#replica.settle(pending, place);
      return;
    }
    const result = await this.#replica.apply(place, operation, pending);
    const conflicts = result.ok && (result.value as { kind?: unknown } | undefined)?.kind === 'conflict';
    if (result.ok && !conflicts) return;
    this.#metrics.refused.inc();
    this.#runtime.logger.error(
      { call: operation.call, at: operation.at, conflicts, err: result.ok ? undefined : result.error },
      'what this process did alone does not fit what another did meanwhile: it is left out of the store',
    );
  }

  async #connect(): Promise<void> {
    if (this.#head !== undefined) return;
    const replica = this.#replica;
    let head = await this.#heads.read();
    if (head === undefined) {
      const lineage = [EMPTY_BASE, OWN_BASE].includes(replica.lineage) ? randomUUID() : replica.lineage;
      const isEmpty = replica.lineage === EMPTY_BASE;
      if (!isEmpty) replica.forgetPending();
      const snapshot = isEmpty
        ? undefined
        : await this.#heads.snapshot(replica.applied, await replica.bytes());
      head = await this.#heads.begin({ lineage, ...(snapshot && { snapshot }) });
      if (head.value.lineage === lineage) replica.lineage = lineage;
    }
    this.#head = head;
    if (replica.lineage === head.value.lineage) return;
    if (replica.lineage === EMPTY_BASE) {
      await this.#rebuild('this is a new file');
      return;
    }
    this.#head = undefined;
    throw new StoreError(
      'foreign',
      `${this.#config.path} is a store of its own, and ${this.#config.prefix}-store-* in Elasticsearch holds another: ` +
        'move the file away to go on with the one in Elasticsearch, or choose another prefix',
    );
  }

  /** The next index of the log, unless we are so far behind that the log does not go back to where we are. */
  async #makeIndex(place: number): Promise<void> {
    this.#head = await this.#heads.read();
    if (this.#head === undefined) {
      // Somebody deleted all of it: what is here begins anew there.
      await this.#connect();
    } else if ((this.#head.value.snapshot?.place ?? 0) >= place) {
      await this.#rebuild('the log does not go back so far');
      return;
    }
    await this.#log.makeIndex(place);
  }

  async #rebuild(why: string): Promise<void> {
    const head = (this.#head = await this.#heads.read());
    if (head === undefined) throw new Error('the head of the store is gone');
    const { snapshot, lineage } = head.value;
    this.#runtime.logger.warn(
      { why, from: snapshot?.place ?? 0 },
      'the local file of the store is made anew',
    );
    const bytes = snapshot && (await readSnapshot(this.#client, snapshot));
    this.#replica.rebuild(lineage, bytes && { bytes, place: snapshot.place });
  }

  async #snapshotWhenDue(): Promise<void> {
    const { applied } = this.#replica;
    const head = this.#head;
    const every = this.#config.snapshotEvery ?? SNAPSHOT_EVERY;
    if (head === undefined || applied - (head.value.snapshot?.place ?? 0) < every) return;
    const snapshot = await this.#heads.snapshot(applied, await this.#replica.bytes());
    const next = await this.#heads.move(head, { ...head.value, snapshot });
    this.#head = next ?? (await this.#heads.read());
    if (next !== undefined) await this.#log.deleteBefore(head.value.snapshot?.place ?? 0);
  }

  async #goAlone(error: unknown): Promise<void> {
    const reason = elasticsearchReason(error, 'the privileges that docs/elasticsearch.md names');
    if (this.#alone === undefined || this.#alone === 'not asked yet')
      this.#runtime.logger.error(
        { reason },
        'the store in Elasticsearch is out of reach: the local file goes on alone, and what it holds is sent later',
      );
    this.#alone = reason;
    this.#metrics.replicated.set(0);
    await this.#replica.applyPending();
  }
}
