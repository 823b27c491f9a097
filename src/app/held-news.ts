import type { Incident, IncidentEventType } from '../domain/incident.ts';
import { heldBack } from '../policy/index.ts';
import type { Store } from '../store/index.ts';

export interface HeldNewsParts {
  readonly store: Pick<Store, 'outbox' | 'outboxAdmin'>;
  /** Why nobody is told about it now. */
  readonly reasonFor: (incident: Incident) => string | undefined;
}

/** More messages of an incident than anybody was sent: what is beyond does not change whether people know of it. */
const MOST_DELIVERIES = 500;

/** What silences hold back of open incidents, so that people hear of it when they end. */
export class HeldNews {
  readonly #parts: HeldNewsParts;
  /** The newest message was held back. */
  readonly #held = new Set<string>();
  /** Nobody was told of the last opening. */
  readonly #untold = new Set<string>();

  constructor(parts: HeldNewsParts) {
    this.#parts = parts;
  }

  /** Incidents that an earlier process left open: what it held back is read from the store. */
  async adopt(incidents: readonly Incident[]): Promise<void> {
    this.#held.clear();
    this.#untold.clear();
    for (const { id, state } of incidents) {
      if (state === 'resolved') continue;
      const { deliveries } = await this.#parts.store.outboxAdmin.list({
        incidentId: id,
        limit: MOST_DELIVERIES,
      });
      if (deliveries.some((one) => one.state === 'silenced')) this.#held.add(id);
      const since = deliveries.findIndex(
        ({ message: { event } }) => event === 'opened' || event === 'reopened',
      );
      const ofOpening = deliveries.slice(0, since < 0 ? undefined : since + 1);
      if (ofOpening.length > 0 && ofOpening.every((one) => one.state === 'silenced')) this.#untold.add(id);
    }
  }

  /** The reason why the message of an event is held back; takes note of it. To be called for events that are news. */
  reasonFor(incident: Incident, event: IncidentEventType): string | undefined {
    const { id } = incident;
    const reason = heldBack(event, this.#parts.reasonFor(incident), this.#untold.has(id));
    if (reason === undefined || event === 'resolved') {
      this.#held.delete(id);
      this.#untold.delete(id);
      return reason;
    }
    this.#held.add(id);
    if (event === 'opened' || event === 'reopened') this.#untold.add(id);
    return reason;
  }

  /** Lets the newest message of each of `open` go that no silence holds back any more. Returns how many channels hear. */
  async release(open: readonly Incident[]): Promise<number> {
    let released = 0;
    for (const incident of open) {
      if (!this.#held.has(incident.id) || this.#parts.reasonFor(incident) !== undefined) continue;
      released += await this.#parts.store.outbox.release(incident.id);
      this.#held.delete(incident.id);
      this.#untold.delete(incident.id);
    }
    return released;
  }
}
