import type { Config } from '../config/index.ts';
import type { Incident } from '../domain/incident.ts';
import type { Link } from '../domain/message.ts';

/** Where the tickets of a channel are. */
export interface TicketPlace {
  readonly channel: string;
  /** Of the site, without a slash at its end. */
  readonly url: string;
}

export function ticketPlaces({ channels }: Pick<Config, 'channels'>): readonly TicketPlace[] {
  return channels.flatMap((channel) =>
    channel.type === 'jira' ? [{ channel: channel.name, url: channel.url.replace(/\/+$/, '') }] : [],
  );
}

/** As `src/notify/jira` says it. A person may write the same under a channel's name: the link still leads to the configured site. */
const NOTE = /^Ticket ([A-Z][A-Z0-9_]{0,63}-\d{1,12})(?:$|, )/;

/** The channels that say that they have a ticket of it. Pure. */
export function ticketedBy(
  { notes }: Pick<Incident, 'notes'>,
  places: readonly TicketPlace[],
): readonly string[] {
  const said = notes.filter(({ text }) => NOTE.test(text)).map(({ by }) => by);
  return places.map(({ channel }) => channel).filter((channel) => said.includes(channel));
}

/** The tickets of an incident by the notes of the channels that made them, each once: `OPS-7`, linked. Pure. */
export function ticketsOf(
  { notes }: Pick<Incident, 'notes'>,
  places: readonly TicketPlace[],
): readonly Link[] {
  const found = new Map<string, Link>();
  for (const { by, text } of notes) {
    const place = places.find(({ channel }) => channel === by);
    const key = NOTE.exec(text)?.[1];
    if (place !== undefined && key !== undefined)
      found.set(key, { label: key, url: `${place.url}/browse/${key}` });
  }
  return [...found.values()];
}
