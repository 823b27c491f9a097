import type { Incident } from '../domain/incident.ts';
import { InARow, type PolicyChannel, type Remembered } from '../policy/index.ts';
import { ticketedBy, type TicketPlace } from './tickets.ts';

export interface TicketRowParts {
  readonly channels: () => readonly PolicyChannel[];
  readonly places: () => readonly TicketPlace[];
}

/** How many incidents a service has had in a row, for the channels that make tickets of it. */
export class TicketRow {
  readonly #parts: TicketRowParts;
  readonly #inARow = new InARow();

  constructor(parts: TicketRowParts) {
    this.#parts = parts;
  }

  /** As it stands now; its notes say who has a ticket of it. */
  note(incident: Incident): void {
    this.#inARow.note(incident, ticketedBy(incident, this.#parts.places()));
  }

  /** As the channel counts them. */
  of(incident: Incident, { name: channel, ticketsWithinMs: withinMs = Infinity }: PolicyChannel): number {
    return this.#inARow.of(incident, { channel, withinMs });
  }

  /** A channel is told of it; if that makes a ticket, its row starts again. */
  told(incident: Incident, channel: string): void {
    const to = this.#parts.channels().find(({ name }) => name === channel);
    if (to?.ticketsAfter !== undefined) this.#inARow.note(incident, [channel]);
  }

  snapshot(): readonly Remembered[] {
    return this.#inARow.snapshot();
  }

  restore(remembered: readonly Remembered[]): void {
    this.#inARow.restore(remembered);
  }
}
