import { formatTime } from '../domain/format.ts';
import type { Incident } from '../domain/incident.ts';
import type { Link, Message } from '../domain/message.ts';
import { printable } from '../domain/printable.ts';
import { type ContextLinks, contextLinks } from './context-links.ts';

/** Of what was before only the end is told: a person's words, as long as a line. */
const MAX_NOTE = 200;
/** Fingerprints that come back; the oldest are forgotten. */
const MOST = 1_000;

/** How the last incident about the same thing ended, by fingerprint: a small knowledge base, without asking anybody. */
export class LastTimes {
  readonly #known = new Map<string, Incident>();

  note(incident: Incident): void {
    if (incident.state !== 'resolved') return;
    this.#known.delete(incident.fingerprint);
    this.#known.set(incident.fingerprint, incident);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
  }

  of({ fingerprint, id }: Incident): Incident | undefined {
    const last = this.#known.get(fingerprint);
    return last?.id === id ? undefined : last;
  }
}

/**
 * A message with links to the comparison of its first pair of traces and to the logs, and, when it tells of an opening, how
 * the last incident of the same kind ended. Pure, and at once: no message waits for it.
 */
export function messageInContext(
  message: Message,
  incident: Incident,
  {
    links,
    last,
    tickets = [],
  }: {
    readonly links: ContextLinks;
    readonly last: Incident | undefined;
    readonly tickets?: readonly Link[];
  },
): Message {
  const { traces, locale } = message;
  const more = [
    ...tickets,
    ...contextLinks(incident, links, {
      slow: traces.find(({ role }) => role === 'slow')?.traceId,
      typical: traces.find(({ role }) => role === 'typical')?.traceId,
      locale,
    }),
  ];
  const fact =
    last === undefined || message.event !== 'opened' ? [] : [lastTimeFact(last, message.locale === 'zh')];
  if (more.length === 0 && fact.length === 0) return message;
  return { ...message, links: [...message.links, ...more], facts: [...message.facts, ...fact] };
}

function lastTimeFact(last: Incident, zh: boolean): Message['facts'][number] {
  const minutes = Math.max(1, Math.round(((last.resolvedAt ?? last.openedAt) - last.startedAt) / 60_000));
  const note = last.notes.at(-1);
  const verdict = last.feedback?.at(-1);
  const by = last.resolvedBy === undefined ? undefined : printable(last.resolvedBy, 100);
  const parts = [
    formatTime(last.startedAt),
    zh ? `持续 ${minutes} 分钟` : `lasted ${minutes} min`,
    ...(by === undefined ? [] : [zh ? `由 ${by} 解决` : `resolved by ${by}`]),
    ...(verdict === undefined ? [] : [zh ? '被判定为非异常' : 'called no anomaly']),
    ...(note === undefined ? [] : [`${printable(note.by, 100)}: ${printable(note.text, MAX_NOTE)}`]),
  ];
  return { label: zh ? '上次' : 'Last time', value: parts.join(zh ? '；' : '; ') };
}
