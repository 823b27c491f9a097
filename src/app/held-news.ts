import type { Incident, IncidentEventType } from '../domain/incident.ts';
import { heldBack } from '../policy/index.ts';
import type { Delivery, Store } from '../store/index.ts';

export interface HeldNewsParts {
  readonly store: Pick<Store, 'outbox' | 'outboxAdmin'>;
  /** Why a channel is not told of it now. */
  readonly reasonFor: (incident: Incident, channel: string) => string | undefined;
}

/** More messages of an incident than anybody was sent: what is beyond does not change whether people know of it. */
const MOST_DELIVERIES = 500;

/** Channels by incident. */
type Channels = Map<string, Set<string>>;
export type ToldChannels = ReadonlyMap<string, ReadonlySet<string>>;

/** Which channels know of which open incident, and what is held back from them, so that they hear of it in the end. */
export class HeldNews {
  readonly #parts: HeldNewsParts;
  /** The newest message was held back. */
  readonly #held: Channels = new Map();
  /** It was held back from hearing of the last opening. */
  readonly #untold: Channels = new Map();
  readonly #told: Channels = new Map();

  constructor(parts: HeldNewsParts) {
    this.#parts = parts;
  }

  get allTold(): ToldChannels {
    return this.#told;
  }

  /** Who was told of the last opening; undefined when nobody knows. */
  told(id: string): ReadonlySet<string> | undefined {
    return this.#told.get(id);
  }

  restore(told: ToldChannels | undefined): void {
    for (const [id, channels] of told ?? []) this.#told.set(id, new Set(channels));
  }

  /** Incidents that an earlier process left open: what it told and held back is read from the store. */
  async adopt(incidents: readonly Incident[]): Promise<void> {
    for (const channels of [this.#held, this.#untold, this.#told]) channels.clear();
    for (const { id, state } of incidents) {
      if (state === 'resolved') continue;
      const { deliveries } = await this.#parts.store.outboxAdmin.list({
        incidentId: id,
        limit: MOST_DELIVERIES,
      });
      const since = deliveries.findIndex(
        ({ message: { id: ofMessage, event, sequence } }) =>
          (event === 'opened' || event === 'reopened') && ofMessage === `${id}-${sequence}`,
      );
      // Newest first; an opening is one row a channel, all with its sequence.
      const sequence = deliveries.at(since)?.message.sequence ?? 0;
      const ofOpening = deliveries.filter((one) => since < 0 || one.message.sequence >= sequence);
      this.#told.set(id, new Set());
      for (const channel of new Set(deliveries.map((one) => one.channel)))
        this.#adopt(
          id,
          channel,
          ofOpening.filter((one) => one.channel === channel),
          deliveries.find((one) => one.channel === channel),
        );
    }
  }

  #adopt(id: string, channel: string, ofOpening: readonly Delivery[], newest: Delivery | undefined): void {
    if (newest?.state === 'silenced') add(this.#held, id, channel);
    if (ofOpening.length === 0) return;
    const untold = ofOpening.every((one) => one.state === 'silenced');
    add(untold ? this.#untold : this.#told, id, channel);
  }

  /** An event begins: at an opening, who heard of the one before says nothing. */
  begin(id: string, event: IncidentEventType): void {
    if (event === 'opened' || event === 'reopened') this.#told.set(id, new Set());
  }

  /**
   * The reason why the message of an event is held back from a channel, where `reason` is what holds news back now; takes
   * note of it. To be called for events that are news.
   */
  take(
    id: string,
    event: IncidentEventType,
    channel: string,
    reason: string | undefined,
  ): string | undefined {
    const held = heldBack(event, reason, this.#untold.get(id)?.has(channel) === true);
    if (held === undefined || event === 'resolved') {
      this.#held.get(id)?.delete(channel);
      this.#untold.get(id)?.delete(channel);
      if (held === undefined) add(this.#told, id, channel);
      return held;
    }
    add(this.#held, id, channel);
    if (event === 'opened' || event === 'reopened') add(this.#untold, id, channel);
    return held;
  }

  /** A channel is told of it by another way than an event. */
  tell(id: string, channel: string): void {
    add(this.#told, id, channel);
  }

  end(id: string): void {
    for (const channels of [this.#held, this.#untold, this.#told]) channels.delete(id);
  }

  /** Lets the newest message of each of `open` go that nothing holds back any more. Returns how many channels hear. */
  async release(open: readonly Incident[]): Promise<number> {
    let released = 0;
    for (const incident of open) {
      for (const channel of [...(this.#held.get(incident.id) ?? [])]) {
        if (this.#parts.reasonFor(incident, channel) !== undefined) continue;
        released += await this.#parts.store.outbox.release(incident.id, channel);
        this.#held.get(incident.id)?.delete(channel);
        this.#untold.get(incident.id)?.delete(channel);
        this.tell(incident.id, channel);
      }
    }
    return released;
  }

  get holds(): boolean {
    return [...this.#held.values()].some((channels) => channels.size > 0);
  }
}

function add(channels: Channels, id: string, channel: string): void {
  const known = channels.get(id);
  if (known === undefined) channels.set(id, new Set([channel]));
  else known.add(channel);
}
