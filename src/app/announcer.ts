import type { Incident, IncidentEvent } from '../domain/incident.ts';
import type { Locale } from '../domain/message.ts';
import { composeMessage, type MessageLinks } from '../messages/index.ts';
import type { Outbox } from '../notify/index.ts';
import { decide, type PolicyConfig } from '../policy/index.ts';
import type { Logger } from '../runtime/index.ts';
import type { NewDelivery, Store } from '../store/index.ts';

export interface AnnouncerParts {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly policy: PolicyConfig;
  /** Language of each channel by name. */
  readonly locales: ReadonlyMap<string, Locale>;
  readonly links: MessageLinks;
  readonly logger: Logger;
}

/**
 * Incident events to the store and, in the same transaction, to the outbox: one after the other, in the order in which
 * they happened.
 */
export class Announcer {
  readonly #parts: AnnouncerParts;
  readonly #known = new Map<string, Incident>();
  #tail: Promise<void> = Promise.resolve();
  /** Events that could not be written. */
  failed = 0;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
  }

  /** What people know of the incidents of an earlier process. */
  adopt(incidents: readonly Incident[]): void {
    for (const incident of incidents)
      if (incident.state !== 'resolved') this.#known.set(incident.id, incident);
  }

  announce(incident: Incident, event: IncidentEvent): void {
    const before = this.#known.get(incident.id);
    if (incident.state === 'resolved') this.#known.delete(incident.id);
    else this.#known.set(incident.id, incident);
    this.#log(incident, event);
    const deliveries = this.#deliveries(incident, event, before);
    this.#tail = this.#tail.then(() => this.#write(incident, event, deliveries));
  }

  /** Resolves when everything announced so far is written. */
  settled(): Promise<void> {
    return this.#tail;
  }

  #deliveries(incident: Incident, event: IncidentEvent, before: Incident | undefined): NewDelivery[] {
    const { policy, locales, links } = this.#parts;
    return decide(incident, event, policy, before).map(({ channel }) => ({
      channel,
      message: composeMessage({ incident, event, locale: locales.get(channel) ?? 'en', links }),
    }));
  }

  async #write(incident: Incident, event: IncidentEvent, deliveries: readonly NewDelivery[]): Promise<void> {
    try {
      const outcome = await this.#parts.store.appendEvent(incident, event, deliveries);
      if (outcome.kind === 'conflict') {
        this.failed++;
        this.#parts.logger.error(
          { incident: incident.id, sequence: event.sequence, stored: outcome.revision },
          'another process wrote this incident: is a second spanwatch running on the same data directory?',
        );
      }
      if (deliveries.length > 0) this.#parts.outbox.wake();
    } catch (error) {
      this.failed++;
      this.#parts.logger.error(
        { incident: incident.id, err: error },
        'an incident event could not be written',
      );
    }
  }

  #log(incident: Incident, event: IncidentEvent): void {
    if (event.type === 'updated') return;
    const { severity, finalSuspects } = incident;
    const suspect = finalSuspects[0]?.service;
    this.#parts.logger.info(
      { incident: incident.id, severity, suspect, event: event.type },
      `incident ${event.type}`,
    );
  }
}
