import type { BlindNews } from '../domain/blind.ts';
import type { Locale, Message } from '../domain/message.ts';
import { printable } from '../domain/printable.ts';
import { BLIND_TEXTS, type BlindTexts } from './blind-texts.ts';
import { CATALOGUES } from './compose.ts';
import { formatShortTime, formatTime } from '../domain/format.ts';

/** Named in a title and in the list of facts: more is a list that nobody reads on a phone. */
const NAMED_IN_TITLE = 3;
const NAMED_IN_FACTS = 20;
const MAX_NAME_LENGTH = 80;

/**
 * The neutral message about a silence, in `locale`: pure, and the same news make the same message. It belongs to no
 * incident: `incidentId` is the spell's own lane. A silent source is P1, since all else depends on it; services are P2.
 * `statusUrl`: the page that shows what is silent now.
 */
export function composeBlindMessage(
  { type, spell, atMs }: BlindNews,
  locale: Locale,
  statusUrl?: string,
): Message {
  const texts = BLIND_TEXTS[locale];
  const over = type === 'over';
  return {
    id: `${spell.id}-${over ? 2 : 1}`,
    incidentId: spell.id,
    sequence: over ? 2 : 1,
    event: over ? 'blind-over' : 'blind',
    severity: spell.kind === 'source' ? 'P1' : 'P2',
    locale,
    createdAt: atMs,
    ...headOf({ type, spell, atMs }, locale),
    suspects: [],
    evidence: [],
    traces: [],
    logs: [],
    nextSteps: over ? [] : texts.steps[spell.kind === 'source' ? 'source' : 'services'],
    links: statusUrl === undefined ? [] : [{ label: texts.status, url: statusUrl }],
  };
}

function headOf(
  { type, spell, atMs }: BlindNews,
  locale: Locale,
): Pick<Message, 'title' | 'summary' | 'facts'> {
  const texts = BLIND_TEXTS[locale];
  const few = listed(spell.names, NAMED_IN_TITLE, texts);
  const kind = spell.kind === 'source' ? 'source' : 'services';
  const since = { label: texts.fact.since, value: formatTime(spell.sinceMs) };
  const silent = { label: texts.fact.silent, value: listed(spell.names, NAMED_IN_FACTS, texts) };
  if (type === 'blind') {
    return {
      title: texts.title[kind](few, formatShortTime(spell.sinceMs, atMs)),
      summary: texts.summary[kind](few, formatTime(spell.sinceMs)),
      facts: [since, silent],
    };
  }
  const lasted = CATALOGUES[locale].duration(atMs - spell.sinceMs);
  return {
    title: texts.title.over(few, lasted),
    summary: texts.summary.over(few),
    facts: [since, { label: texts.fact.lasted, value: lasted }, silent],
  };
}

/** Names come from spans: printable, and cut. */
function listed(names: readonly string[], most: number, texts: BlindTexts): string {
  const shown = names
    .slice(0, most)
    .map((name) => printable(name, MAX_NAME_LENGTH))
    .join(', ');
  return names.length > most ? texts.more(shown, names.length - most) : shown;
}
