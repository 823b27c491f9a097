import {
  type ElasticsearchAccess,
  elasticsearchClient,
  elasticsearchReason,
} from '../../runtime/elasticsearch.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { Lease, LeaseStore, Store } from '../port.ts';
import { StoreError } from '../store-error.ts';
import { ElasticsearchLeases } from './elasticsearch-leases.ts';
import { metaIndex } from './heads.ts';
import { makeIndex } from './operation-log.ts';
import type { Call } from './operations.ts';
import { ReplicatedStore } from './replicated-store.ts';

export interface ElasticsearchStoreConfig extends ElasticsearchAccess {
  /** What the names of its indices begin with. */
  readonly prefix: string;
  /** The local file: what is read, and what goes on while Elasticsearch is away. */
  readonly path: string;
  /** See `ReplicatedConfig`. */
  readonly snapshotEvery?: number;
  readonly placesAnIndex?: number;
}

export interface StartedStore extends Store {
  /** Asks Elasticsearch once. Rejects with a `StoreError` only for what a person must decide. */
  start(): Promise<void>;
}

/**
 * The store that is kept in Elasticsearch, with a local SQLite file. Throws as the embedded one does when the file
 * cannot be used. Usable before `start`, alone.
 */
export function openElasticsearchStore(
  config: ElasticsearchStoreConfig,
  runtime: Pick<Runtime, 'clock' | 'logger' | 'metrics'>,
): StartedStore {
  const client = elasticsearchClient(config);
  const kept = new ReplicatedStore(client, config, runtime);
  const leases = reachable(
    new ElasticsearchLeases(client, metaIndex(config.prefix), () => runtime.clock.now()),
    {
      prepare: () => makeIndex(client, metaIndex(config.prefix)),
    },
  );
  const writes =
    <A extends readonly unknown[], R>(call: Call) =>
    (...args: A): Promise<R> => {
      try {
        return kept.write(call, args) as Promise<R>;
      } catch (error) {
        // What JSON cannot say is written nowhere.
        return Promise.reject(error instanceof Error ? error : new Error('not to be written'));
      }
    };
  return {
    ...{ start: () => kept.start(), close: () => kept.close(), fence: (token) => kept.fence(token), leases },
    appendEvent: writes('appendEvent'),
    enqueue: writes('enqueue'),
    setCursor: writes('setCursor'),
    prune: writes('prune'),
    incident: (id) => kept.read((store) => store.incident(id)),
    openIncidents: () => kept.read((store) => store.openIncidents()),
    incidents: (page) => kept.read((store) => store.incidents(page)),
    latestByFingerprint: (fingerprint) => kept.read((store) => store.latestByFingerprint(fingerprint)),
    events: (id) => kept.read((store) => store.events(id)),
    changes: (page) => kept.read((store) => store.changes(page)),
    lastPosition: () => kept.read((store) => store.lastPosition()),
    decisions: (id) => kept.read((store) => store.decisions(id)),
    cursor: (key) => kept.read((store) => store.cursor(key)),
    outbox: outboxOf(kept, writes),
    outboxAdmin: {
      list: (filter) => kept.read((store) => store.outboxAdmin.list(filter)),
      delivery: (id) => kept.read((store) => store.outboxAdmin.delivery(id)),
      resend: writes('outboxAdmin.resend'),
      drop: writes('outboxAdmin.drop'),
    },
    traces: {
      keep: writes('traces.keep'),
      trace: (id) => kept.read((store) => store.traces.trace(id)),
    },
    logs: { keep: writes('logs.keep'), logs: (id) => kept.read((store) => store.logs.logs(id)) },
    silences: {
      save: writes('silences.save'),
      silence: (id) => kept.read((store) => store.silences.silence(id)),
      silences: () => kept.read((store) => store.silences.silences()),
    },
    feedback: { save: writes('feedback.save'), list: () => kept.read((store) => store.feedback.list()) },
  };
}

type Writes = <A extends readonly unknown[], R>(call: Call) => (...args: A) => Promise<R>;

function outboxOf(kept: ReplicatedStore, writes: Writes): Store['outbox'] {
  return {
    markSending: writes('outbox.markSending'),
    postpone: writes('outbox.postpone'),
    hasten: writes('outbox.hasten'),
    finish: writes('outbox.finish'),
    finishAll: writes('outbox.finishAll'),
    release: writes('outbox.release'),
    recoverSending: writes('outbox.recoverSending'),
    nextDelivery: (channel, nowMs) => kept.read((store) => store.outbox.nextDelivery(channel, nowMs)),
    lane: (channel, id) => kept.read((store) => store.outbox.lane(channel, id)),
    waiting: (channel, limit) => kept.read((store) => store.outbox.waiting(channel, limit)),
    busyChannels: () => kept.read((store) => store.outbox.busyChannels()),
    backlog: (channel) => kept.read((store) => store.outbox.backlog(channel)),
    receipt: (id, channel) => kept.read((store) => store.outbox.receipt(id, channel)),
    pace: (channel) => kept.read((store) => store.outbox.pace(channel)),
    status: () => kept.read((store) => store.outbox.status()),
    deliveries: (filter) => kept.read((store) => store.outbox.deliveries(filter)),
  };
}

/** Leases need the server: without it nobody knows who has one. */
function reachable(leases: LeaseStore, { prepare }: { prepare: () => Promise<void> }): LeaseStore {
  let prepared: Promise<void> | undefined;
  const ask = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      prepared ??= prepare();
      await prepared;
      return await work();
    } catch (error) {
      prepared = undefined;
      throw new StoreError(
        'unavailable',
        `the store in Elasticsearch cannot be asked for a lease: ${elasticsearchReason(error, 'the privilege "index"')}`,
        error,
      );
    }
  };
  return {
    acquire: (name, holder, ttlMs) => ask(() => leases.acquire(name, holder, ttlMs)),
    release: (lease: Lease) => ask(() => leases.release(lease)),
  };
}
