import type { Client } from '@elastic/elasticsearch';
import type { Incident } from '../domain/incident.ts';
import { elasticsearchClient, elasticsearchReason } from '../runtime/elasticsearch.ts';
import { type Runtime, scheduleCron } from '../runtime/index.ts';
import type { Store, StoredEvent } from '../store/port.ts';
import { writeBulk } from './bulk-writer.ts';
import type { SinkDocument } from './document.ts';
import { eventDocuments, incidentDocument } from './event-documents.ts';
import { incidentBody } from './incident-fields.ts';
import { pruneIndices } from './index-retention.ts';
import { install } from './install.ts';
import type { JudgedTrace, TraceJudge } from './port.ts';
import type { ElasticsearchSinkConfig } from './sink-config.ts';
import { type SinkMetrics, sinkMetrics } from './sink-metrics.ts';
import { traceDocuments } from './trace-documents.ts';

export interface SinkParts {
  readonly store: Pick<Store, 'changes' | 'lastPosition' | 'incident' | 'cursor' | 'setCursor' | 'traces'>;
  readonly judge: TraceJudge;
}

/** What a write to Elasticsearch may need. */
const PRIVILEGES = 'the privileges that docs/elasticsearch.md names';
/** How often the store is looked at: a panel is refreshed less often. */
const POLL_MS = 1_000;
/** Events of one round: with their evidence and traces some thousand documents, a few MB. */
const BATCH = 50;
/** From a second to a minute between two tries. */
const FIRST_PAUSE_MS = 1_000;
const MOST_PAUSE_MS = 60_000;
/** Reasons for dead documents that are logged one by one in a round; the rest are counted. */
const MOST_SAID = 5;

/**
 * Incidents, their events and their traces as documents. It follows the store, which keeps how far it came: so nothing is
 * held in memory for it, nothing holds up detection or channels, an outage of any length loses nothing that retention
 * keeps, and what is written twice after a crash has the same ids.
 */
export class ElasticsearchSink {
  readonly #config: ElasticsearchSinkConfig;
  readonly #parts: SinkParts;
  readonly #runtime: Runtime;
  readonly #client: Client;
  readonly #metrics: SinkMetrics;
  readonly #stopping = new AbortController();
  #ilm: boolean | undefined;
  /** Where the newest event was at the round before: what is no older may still get its traces. */
  #settled = 0;
  #failed = 0;
  #cancel: () => void = () => undefined;
  #stopCron: () => void = () => undefined;
  #round: Promise<void> = Promise.resolve();

  constructor(config: ElasticsearchSinkConfig, parts: SinkParts, runtime: Runtime) {
    this.#config = config;
    this.#parts = parts;
    this.#runtime = runtime;
    this.#client = elasticsearchClient(config);
    this.#metrics = sinkMetrics(runtime.metrics);
    this.#metrics.behindSeconds.set({ sink: config.name }, 0);
  }

  /** Never waits for the server: what it does not take now it takes later. */
  start(): Promise<void> {
    const { clock } = this.#runtime;
    this.#later(0);
    this.#stopCron = scheduleCron(clock, { expression: '43 3 * * *' }, () => void this.#prune());
    return Promise.resolve();
  }

  /** What is in the store is tried once more, in `timeoutMs` at most. */
  async shutdown(): Promise<void> {
    this.#cancel();
    this.#stopCron();
    const giveUp = this.#runtime.clock.after(this.#config.timeoutMs, () => this.#stopping.abort());
    await this.#round;
    if (this.#failed === 0) {
      // Twice: what the first one sees as settled is written by the second.
      for (let i = 0; i < 2; i++) await this.#once().catch(() => undefined);
    }
    giveUp();
    this.#stopping.abort();
    await this.#client.close();
  }

  #later(ms: number): void {
    this.#cancel = this.#runtime.clock.after(ms, () => {
      this.#round = this.#round.then(() => this.#run());
    });
  }

  async #run(): Promise<void> {
    try {
      const more = await this.#once();
      if (this.#failed > 0)
        this.#runtime.logger.info({ sink: this.#config.name }, 'the sink takes documents again');
      this.#failed = 0;
      this.#later(more ? 0 : POLL_MS);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      this.#metrics.failures.inc({ sink: this.#config.name });
      const pause = Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#failed, 10));
      const reason = error instanceof NotTaken ? error.message : elasticsearchReason(error, PRIVILEGES);
      const { logger } = this.#runtime;
      const line = { sink: this.#config.name, reason, againInMs: pause };
      if (this.#failed++ === 0)
        logger.error(line, 'the sink takes no documents; they stay in the store and are written later');
      else logger.debug(line, 'the sink still takes no documents');
      this.#later(pause);
    }
  }

  /** One round; whether there is more at once. */
  async #once(): Promise<boolean> {
    const { store } = this.#parts;
    const key = `sink:${this.#config.name}`;
    const after = Number((await store.cursor(key)) ?? 0);
    const last = await store.lastPosition();
    const settled = this.#settled;
    this.#settled = last;
    if (this.#ilm === undefined) this.#ilm = (await install(this.#client, this.#config)).ilm;
    const changes = (await store.changes({ after, limit: BATCH })).filter(
      ({ position }) => position <= settled,
    );
    await this.#noteAge(after);
    const end = changes.at(-1);
    if (end === undefined) return false;
    await this.#write(await this.#documentsOf(changes));
    await store.setCursor(key, String(end.position));
    await this.#noteAge(end.position);
    return changes.length === BATCH;
  }

  async #write(documents: readonly SinkDocument[]): Promise<void> {
    const sink = this.#config.name;
    const { written, present, dead, again, reason } = await writeBulk(this.#client, documents, {
      maxBytes: this.#config.maxBulkBytes,
      signal: this.#stopping.signal,
    });
    const counts = { written, present, dead: dead.length };
    for (const [outcome, count] of Object.entries(counts))
      this.#metrics.documents.inc({ sink, outcome }, count);
    for (const { id, reason: why } of dead.slice(0, MOST_SAID))
      this.#runtime.logger.error(
        { sink, document: id, reason: why },
        'a document is dead: the server will never take it',
      );
    if (dead.length > MOST_SAID)
      this.#runtime.logger.error({ sink, documents: dead.length - MOST_SAID }, 'more documents are dead');
    // Whoever was taken is not taken twice: ids and revisions see to that.
    if (again.length > 0)
      throw new NotTaken(`${again.length} of ${documents.length}: ${reason ?? 'unknown'}`);
  }

  async #documentsOf(changes: readonly StoredEvent[]): Promise<SinkDocument[]> {
    const { prefix } = this.#config;
    const documents: SinkDocument[] = [];
    const incidents = new Map<string, Incident>();
    const traces = new Set<string>();
    for (const { event } of changes) {
      const incident =
        incidents.get(event.incidentId) ?? (await this.#parts.store.incident(event.incidentId));
      // Pruned meanwhile: it is older than what is kept.
      if (incident === undefined) continue;
      incidents.set(incident.id, incident);
      documents.push(...eventDocuments(prefix, incident, event));
      if (!('exemplars' in event)) continue;
      for (const exemplar of event.exemplars) {
        const key = `${incident.id}/${exemplar.traceId}`;
        if (traces.has(key)) continue;
        traces.add(key);
        documents.push(...(await this.#traceOf(incident, exemplar)));
      }
    }
    for (const incident of incidents.values()) {
      const ids = incident.exemplars.map(({ traceId }) => traceId);
      documents.push(incidentDocument(prefix, incident, incidentBody(incident, ids)));
    }
    return documents;
  }

  async #traceOf(incident: Incident, exemplar: Incident['exemplars'][number]): Promise<SinkDocument[]> {
    const { store } = this.#parts;
    const first = incident.finalSuspects.at(0);
    const where = { environment: first?.environment ?? '', namespace: first?.namespace ?? '' };
    const judged = async (id: string | undefined): Promise<Kept | undefined> => {
      const kept = id === undefined ? undefined : await store.traces.trace(id);
      const one = kept && this.#parts.judge.judge(kept, where);
      return kept && one && { kept, judged: one };
    };
    const slow = await judged(exemplar.traceId);
    if (slow === undefined) return [];
    const typical = await judged(exemplar.typicalTraceId);
    return traceDocuments(this.#config.prefix, incident, { ...slow, ...(typical && { typical }) });
  }

  /** How long the oldest event beyond `position` has been waiting. */
  async #noteAge(position: number): Promise<void> {
    const [oldest] = await this.#parts.store.changes({ after: position, limit: 1 });
    const waits = oldest === undefined ? 0 : (this.#runtime.clock.now() - oldest.event.at) / 1000;
    this.#metrics.behindSeconds.set({ sink: this.#config.name }, Math.max(0, waits));
  }

  async #prune(): Promise<void> {
    const { logger, clock } = this.#runtime;
    const sink = this.#config.name;
    try {
      this.#ilm ??= (await install(this.#client, this.#config)).ilm;
      const deleted = await pruneIndices(this.#client, this.#config, { nowMs: clock.now(), ilm: this.#ilm });
      logger.info({ sink, deleted }, 'old indices of the sink were looked for');
    } catch (error) {
      const reason = elasticsearchReason(error, PRIVILEGES);
      logger.error({ sink, reason }, 'old indices of the sink were not deleted; it is tried again tomorrow');
    }
  }
}

interface Kept {
  readonly kept: NonNullable<Awaited<ReturnType<Store['traces']['trace']>>>;
  readonly judged: JudgedTrace;
}

/** Some documents of a request that itself succeeded are to be sent again. */
class NotTaken extends Error {}
