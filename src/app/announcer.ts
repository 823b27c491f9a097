import type { Incident, IncidentEvent, IncidentNews } from '../domain/incident.ts';
import type { Message } from '../domain/message.ts';
import { composeMessage } from '../messages/index.ts';
import { heldFor, judge, NO_POLICY, type PolicyChannel } from '../policy/index.ts';
import type { NewDecision, NewDelivery } from '../store/index.ts';
import type { AnnouncerParts, AnnouncerState } from './announcer-parts.ts';
import { type Announcement, dressed, EventWriter } from './event-writer.ts';
import { tellFeedback } from './feedback-news.ts';
import { Groups } from './groups.ts';
import { HeldNews } from './held-news.ts';
import { logEvent } from './log-event.ts';
import { LastTimes, messageInContext } from './message-context.ts';
import { ownedMessage } from './owned-message.ts';
import { TicketRow } from './ticket-row.ts';
import { ticketsOf } from './tickets.ts';

/** Of a service with more since its last ticket nobody asks how many. */
const MOST_RECENT = 500;

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
  readonly row: TicketRow;
  readonly #lastTimes = new LastTimes();
  /** Asked for each time: a reload changes it. */
  readonly #policy = () => ({ policy: NO_POLICY, ...this.#parts.policy });

  /** What holds news of it back from a channel now. */
  readonly #reasonFor = (incident: Incident, channel: string): string | undefined =>
    heldFor(incident, channel, this.#policy().policy, this.#circumstances(incident));

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
    this.#writer = new EventWriter(parts);
    this.row = new TicketRow({
      channels: () => this.#policy().channels,
      places: () => this.#parts.tickets ?? [],
    });
    const reasonFor = this.#reasonFor;
    this.#held = new HeldNews({ store: parts.store, reasonFor });
    parts.logs?.tellTo({
      ...{ store: parts.store, clock: parts.clock, wake: () => parts.outbox.wake() },
      standing: (id) => this.#known.get(id),
      compose: (incident, event, channel) => this.compose(incident, event, channel, false),
      listening: (incident) =>
        [...this.told(incident.id)].filter((channel) => reasonFor(incident, channel) === undefined),
    });
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
      this.row.note(incident);
      this.#lastTimes.note(incident);
    }
    await this.#parts.logs?.adopt(open);
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
    if (!this.quiet) logEvent(this.#parts.logger, incident, event);
    this.#held.begin(incident.id, event.type);
    this.row.note(incident);
    this.#lastTimes.note(incident);
    const caused = this.#causes(incident, event, before);
    if (incident.state === 'resolved') {
      this.#keptShares.delete(incident.id);
      this.#held.end(incident.id);
    }
    const lines = this.quiet ? undefined : this.#parts.logs?.begin(incident, event);
    this.#enqueue({ incident, event, ...caused }, lines);
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
    const { policy, channels } = this.#policy();
    const to = channels.find(({ name }) => name === channel);
    const last = this.#lastTimes.of(incident);
    const { contextLinks = {}, tickets = [] } = this.#parts;
    const elsewhere = ticketsOf(
      incident,
      tickets.filter((place) => place.channel !== channel),
    );
    const inContext = messageInContext(message, incident, { links: contextLinks, last, tickets: elsewhere });
    const owned = ownedMessage(inContext, incident, { owners: policy.owners, channel: to });
    return this.#parts.logs?.dressed(owned, channel) ?? owned;
  }

  /** What a kill must not lose: what people know, and what is not in the store yet. */
  snapshot(): AnnouncerState {
    return {
      known: this.#known,
      keptShares: this.#keptShares,
      waiting: [...this.#waiting],
      told: this.#held.allTold,
      recent: this.row.snapshot(),
    };
  }

  restore({ known, keptShares, waiting, told, recent = [] }: AnnouncerState): void {
    this.row.restore(recent);
    this.#held.restore(told);
    for (const [id, incident] of known) this.#known.set(id, incident);
    for (const [id, share] of keptShares) this.#keptShares.set(id, share);
    for (const announcement of waiting) this.#enqueue(announcement);
  }

  /** `lines`: what its messages wait for, a moment at most; asked for when it happened, so that many wait no longer than one. */
  #enqueue(announcement: Announcement, lines?: Promise<void>): void {
    this.#waiting.add(announcement);
    this.#tail = this.#tail.then(async () => {
      await lines;
      const told = lines === undefined ? announcement : dressed(announcement, this.#parts.logs);
      if (!(await this.#writer.write(told))) return;
      for (const listener of this.#listeners) listener();
      this.#waiting.delete(announcement);
    });
  }

  /** Calls back after each event that the store took. The returned function ends it. */
  onWritten(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Calls back when the store has log lines of an incident. */
  onContext(listener: (incidentId: string) => void): void {
    if (this.#parts.logs !== undefined) this.#parts.logs.onKept = listener;
  }

  /** Resolves when everything announced so far is in the store. */
  written(): Promise<void> {
    return this.#tail;
  }

  /** Resolves when everything announced so far is written, or was tried once more and given up. */
  close(): Promise<void> {
    this.#parts.logs?.close();
    this.#writer.close();
    return this.#tail;
  }

  #causes(
    incident: Incident,
    event: IncidentEvent,
    before: Incident | undefined,
  ): Pick<Announcement, 'deliveries' | 'decisions'> {
    if (event.type === 'feedback')
      return tellFeedback(incident, event, {
        told: [...this.told(incident.id)].filter(
          (channel) => this.#reasonFor(incident, channel) === undefined,
        ),
        localeOf: (channel) => this.#parts.locales.get(channel) ?? 'en',
        compose: (one, news, channel) => this.compose(one, news, channel, false),
      });
    const seen = {
      ...this.#circumstances(incident),
      ...{ before, told: this.#held.told(incident.id) },
      inARow: (channel: PolicyChannel) => this.row.of(incident, channel),
    };
    const verdicts = judge(incident, event, this.#policy(), {
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
      if (silenced === undefined && event.type !== 'resolved') this.row.told(incident, channel);
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
}
