import type { Incident, IncidentEvent } from '../domain/incident.ts';
import type { Message } from '../domain/message.ts';
import type { Outbox } from '../notify/index.ts';
import type { Clock, Logger } from '../runtime/index.ts';
import type { NewDecision, NewDelivery, Store } from '../store/index.ts';

export interface EventWriterParts {
  readonly store: Pick<Store, 'appendEvent'>;
  readonly outbox: Pick<Outbox, 'wake'>;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Counts a write that failed, or that another process was ahead of. */
  readonly onFailure: () => void;
}

/** From a second to half a minute between two tries: a locked file is soon free, a full disk is not. */
const FIRST_PAUSE_MS = 1_000;
const MOST_PAUSE_MS = 30_000;

/** An event, what it causes to be sent, and why. */
export interface Announcement {
  readonly incident: Incident;
  readonly event: IncidentEvent;
  readonly deliveries: readonly NewDelivery[];
  /** Absent in what older versions left. */
  readonly decisions?: readonly NewDecision[];
}

/** With the log lines of its incident, where there are any by now. */
export function dressed(
  announcement: Announcement,
  logs: { readonly dressed: (message: Message, channel: string) => Message } | undefined,
): Announcement {
  const deliveries = announcement.deliveries.map((one) => ({
    ...one,
    message: logs?.dressed(one.message, one.channel) ?? one.message,
  }));
  return { ...announcement, deliveries };
}

/** Events to the store, each until it is there. */
export class EventWriter {
  readonly #parts: EventWriterParts;
  #closing = false;
  #endPause = (): void => undefined;

  constructor(parts: EventWriterParts) {
    this.#parts = parts;
  }

  /** What fails from now on is given up, at once. */
  close(): void {
    this.#closing = true;
    this.#endPause();
  }

  /**
   * One event after the other: a write that fails is tried again until it succeeds, because a gap in the sequence would
   * mute the incident for good. What waits is bounded by what happens meanwhile: a handful of events a minute.
   */
  async write({ incident, event, deliveries, decisions = [] }: Announcement): Promise<boolean> {
    for (let attempt = 0; ; attempt++) {
      try {
        const outcome = await this.#parts.store.appendEvent(incident, event, deliveries, decisions);
        if (outcome.kind === 'conflict') this.#conflict(incident, event, outcome.revision);
        if (deliveries.length > 0) this.#parts.outbox.wake();
        return true;
      } catch (error) {
        this.#parts.onFailure();
        this.#parts.logger.error(
          { incident: incident.id, err: error },
          'an incident event could not be written; trying again',
        );
        if (this.#closing) return false;
        await this.#pause(Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt));
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(ms, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  #conflict(incident: Incident, event: IncidentEvent, stored: number): void {
    this.#parts.onFailure();
    this.#parts.logger.error(
      { incident: incident.id, sequence: event.sequence, stored },
      'another process wrote this incident: is a second spanwatch running on the same data directory?',
    );
  }
}
