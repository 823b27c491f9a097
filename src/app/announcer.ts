import type { Incident, IncidentEvent, IncidentNews } from '../domain/incident.ts';
import type { Locale, Message } from '../domain/message.ts';
import { composeMessage, type MessageLinks } from '../messages/index.ts';
import type { Outbox } from '../notify/index.ts';
import {
  heldFor,
  InARow,
  judge,
  NO_POLICY,
  type Policy,
  type PolicyConfig,
  type Remembered,
} from '../policy/index.ts';
import type { Clock, Logger } from '../runtime/index.ts';
import type { NewDecision, NewDelivery, Store } from '../store/index.ts';
import { type Announcement, EventWriter } from './event-writer.ts';
import { Groups } from './groups.ts';
import { HeldNews, type ToldChannels } from './held-news.ts';
import { type ContextLinks, LastTimes, messageInContext } from './message-context.ts';
import { ownedMessage } from './owned-message.ts';

export interface AnnouncerParts {
  readonly store: Store;
  readonly outbox: Pick<Outbox, 'wake'>;
  readonly policy: PolicyConfig & { readonly policy?: Policy };
  /** Language of each channel by name. */
  readonly locales: ReadonlyMap<string, Locale>;
  readonly links: MessageLinks;
  readonly contextLinks?: ContextLinks;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Share of the traces that is taken now: below 1, incidents that open say so. Absent: all. */
  readonly keptShare?: () => number;
  /** Why a silence holds back what there is to say of an incident now. Absent: none does. */
  readonly silenced?: (incident: Incident) => string | undefined;
  /** Counts a write that failed, or that another process was ahead of. */
  readonly onFailure: () => void;
}

/** Of a service with more since its last ticket nobody asks how many. */
const MOST_RECENT = 500;
export interface AnnouncerState {
  readonly known: ReadonlyMap<string, Incident>;
  readonly keptShares: ReadonlyMap<string, number>;
  readonly waiting: readonly Announcement[];
  /** Absent in what older versions left. */
  readonly told?: ToldChannels;
  readonly recent?: readonly Remembered[];
}

/**
 * Incident events to the store and, in the same transaction, to the outbox: one after the other, in the order in which
 * they happened.
 */
export class Announcer {
  readonly #parts: AnnouncerParts;
  readonly #listeners = new Set<() => void>();
  readonly #known = new Map<string, Incident>();
  /** Of the incidents that opened under overload, the share of the traces that was taken then. */
  readonly #keptShares = new Map<string, number>();
  #tail: Promise<void> = Promise.resolve();
  /** Not in the store yet, in order. */
  readonly #waiting = new Set<Announcement>();
  /** While what was announced by an earlier process comes again: it was logged then. */
  quiet = false;

  readonly #held: HeldNews;
  readonly #writer: EventWriter;
  readonly #groups = new Groups();
  readonly #inARow = new InARow();
  readonly #lastTimes = new LastTimes();
  readonly #policy: PolicyConfig & { readonly policy: Policy };

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
    this.#writer = new EventWriter(parts);
    this.#policy = { policy: NO_POLICY, ...parts.policy };
    const reasonFor = (incident: Incident, channel: string): string | undefined =>
      heldFor(incident, channel, this.#policy.policy, this.#circumstances(incident));
    this.#held = new HeldNews({ store: parts.store, reasonFor });
  }

  /** What people know of the incidents of an earlier process. */
  adopt(incidents: readonly Incident[]): void {
    for (const incident of incidents)
      if (incident.state !== 'resolved') this.#known.set(incident.id, incident);
  }

  /** What silences hold back of the incidents that are open, by the store; what has ended meanwhile is told. */
  async adoptHeld(open: readonly Incident[]): Promise<void> {
    await this.#tail;
    await this.#held.adopt(open);
    const recent = await this.#parts.store.incidents({ limit: MOST_RECENT });
    for (const incident of recent.toReversed()) {
      this.#inARow.note(incident);
      this.#lastTimes.note(incident);
    }
    this.silenceEnded();
  }

  /** A silence or a window has ended: people are told of what is still open and was held back by it. */
  silenceEnded(): void {
    this.#tail = this.#tail.then(async () => {
      try {
        if ((await this.#held.release([...this.#known.values()])) > 0) this.#parts.outbox.wake();
      } catch (error) {
        this.#parts.onFailure();
        this.#parts.logger.error({ err: error }, 'what a silence held back could not be let go');
      }
    });
  }

  announce(incident: Incident, event: IncidentEvent): void {
    const before = this.#known.get(incident.id);
    if (incident.state === 'resolved') this.#known.delete(incident.id);
    else this.#known.set(incident.id, incident);
    this.#noteLoad(event);
    this.#log(incident, event);
    this.#held.begin(incident.id, event.type);
    this.#inARow.note(incident);
    this.#lastTimes.note(incident);
    const caused = this.#causes(incident, event, before);
    if (incident.state === 'resolved') {
      this.#keptShares.delete(incident.id);
      this.#held.end(incident.id);
    }
    this.#enqueue({ incident, event, ...caused });
  }

  /** Incidents that are open, as people know them. */
  get open(): readonly Incident[] {
    return [...this.#known.values()];
  }

  /** Which channels know of it. */
  told(id: string): ReadonlySet<string> {
    return this.#held.told(id) ?? new Set();
  }

  /** A channel is told of it by another way than an event. */
  tell(id: string, channel: string): void {
    this.#held.tell(id, channel);
  }

  /** Something is held back, so that the end of what holds it is worth looking for. */
  get holds(): boolean {
    return this.#held.holds;
  }

  get groups(): Groups {
    return this.#groups;
  }

  /** The message about an event to a channel, in its language. */
  compose(
    incident: Incident,
    event: IncidentNews,
    channel: string,
    first = this.#hearsFirst(incident.id, channel),
  ): Message {
    const { locales, links } = this.#parts;
    const keptShare = this.#keptShares.get(incident.id) ?? 1;
    const message = composeMessage({
      ...{ incident, event, links, keptShare, first },
      locale: locales.get(channel) ?? 'en',
    });
    const { policy, channels } = this.#policy;
    const to = channels.find(({ name }) => name === channel);
    const last = this.#lastTimes.of(incident);
    const inContext = messageInContext(message, incident, { links: this.#parts.contextLinks ?? {}, last });
    return ownedMessage(inContext, incident, { owners: policy.owners, channel: to });
  }

  /** What a kill must not lose: what people know, and what is not in the store yet. */
  snapshot(): AnnouncerState {
    return {
      known: this.#known,
      keptShares: this.#keptShares,
      waiting: [...this.#waiting],
      told: this.#held.allTold,
      recent: this.#inARow.snapshot(),
    };
  }

  restore({ known, keptShares, waiting, told, recent = [] }: AnnouncerState): void {
    this.#inARow.restore(recent);
    this.#held.restore(told);
    for (const [id, incident] of known) this.#known.set(id, incident);
    for (const [id, share] of keptShares) this.#keptShares.set(id, share);
    for (const announcement of waiting) this.#enqueue(announcement);
  }

  #enqueue(announcement: Announcement): void {
    this.#waiting.add(announcement);
    this.#tail = this.#tail.then(async () => {
      if (!(await this.#writer.write(announcement))) return;
      for (const listener of this.#listeners) listener();
      this.#waiting.delete(announcement);
    });
  }

  /** Calls back after each event that the store took. The returned function ends it. */
  onWritten(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when everything announced so far is in the store. */
  written(): Promise<void> {
    return this.#tail;
  }

  /** Resolves when everything announced so far is written, or was tried once more and given up. */
  close(): Promise<void> {
    this.#writer.close();
    return this.#tail;
  }

  #causes(
    incident: Incident,
    event: IncidentEvent,
    before: Incident | undefined,
  ): Pick<Announcement, 'deliveries' | 'decisions'> {
    if (event.type === 'feedback') return { deliveries: [] };
    const seen = {
      ...this.#circumstances(incident),
      ...{ before, told: this.#held.told(incident.id), inARow: this.#inARow.of(incident) },
    };
    const verdicts = judge(incident, event, this.#policy, {
      ...seen,
      groupedUntil: (route, channel) => this.#groups.until(route, channel, seen.nowMs),
    });
    const deliveries: NewDelivery[] = [];
    const decisions: NewDecision[] = [];
    for (const { channel, outcome, reason, notBefore } of verdicts) {
      const decision = {
        messageId: `${incident.id}-${event.sequence}`,
        incidentId: incident.id,
        channel,
        event: event.type,
      };
      if (outcome === 'untold') {
        decisions.push({ ...decision, outcome, reason });
        continue;
      }
      // Before it is noted that it was told.
      const first = this.#hearsFirst(incident.id, channel);
      const silenced = this.#held.take(
        incident.id,
        event.type,
        channel,
        outcome === 'held' ? reason : seen.silenced,
      );
      decisions.push(
        silenced === undefined
          ? { ...decision, outcome, reason }
          : { ...decision, outcome: event.type === 'resolved' ? 'untold' : 'held', reason: silenced },
      );
      deliveries.push({
        channel,
        ...(silenced === undefined ? {} : { silenced }),
        ...(notBefore === undefined ? {} : { notBefore }),
        message: this.compose(incident, event, channel, first),
      });
    }
    return { deliveries, decisions };
  }

  /** It was told nothing of the last opening, as far as anybody knows: its severity was too mild for it. */
  #hearsFirst(id: string, channel: string): boolean {
    return this.#held.told(id)?.has(channel) === false;
  }

  #circumstances(incident: Incident): {
    readonly nowMs: number;
    readonly others: readonly Incident[];
    readonly silenced: string | undefined;
  } {
    return {
      nowMs: this.#parts.clock.now(),
      others: this.open,
      silenced: this.#parts.silenced?.(incident),
    };
  }

  #noteLoad(event: IncidentEvent): void {
    if (event.type !== 'opened' && event.type !== 'reopened') return;
    const share = this.#parts.keptShare?.() ?? 1;
    if (share < 1) this.#keptShares.set(event.incidentId, share);
    else this.#keptShares.delete(event.incidentId);
  }

  #log(incident: Incident, event: IncidentEvent): void {
    if (event.type === 'updated' || this.quiet) return;
    const { severity, finalSuspects } = incident;
    const suspect = finalSuspects[0]?.service;
    this.#parts.logger.info(
      { incident: incident.id, severity, suspect, event: event.type },
      `incident ${event.type}`,
    );
  }
}
