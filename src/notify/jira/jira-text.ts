import type { Message } from '../../domain/message.ts';
import { printable } from '../../domain/printable.ts';
import { LABELS, traceLabel } from '../labels.ts';

/** Descriptions and comments hold 32,767 characters; so many of ours, markup and escapes included, leave room for a label. */
const MAX_TEXT = 32_000;
/** What is read of a line. */
const MAX_LINE = 1000;
/** Whatever a bounded message has: ten facts, ten of evidence and of logs, their headings, links. */
const MAX_LINES = 60;
/** MrRefactoring/jira.js, alertmanager `notify/jira`: a summary holds 255 characters, in one line. */
const MAX_SUMMARY = 255;

export function jiraSummary({ title }: Message): string {
  return printable(title, MAX_SUMMARY).trim() || 'Spanwatch';
}

interface JiraLine {
  readonly text: string;
  /** The line is a link of ours. */
  readonly url?: string;
  /** Above a list. */
  readonly heading?: true;
}

/** What an issue or a comment says, line by line. */
export function jiraLines(message: Message): readonly JiraLine[] {
  const { title, summary, facts, suspects, evidence, logs, nextSteps, links, traces, locale } = message;
  const labels = LABELS[locale];
  const colon = locale === 'zh' ? '：' : ': ';
  const lines: readonly JiraLine[] = [
    ...[title, summary].map((text) => ({ text })),
    ...facts.map(({ label, value }) => ({ text: `${label}${colon}${value}` })),
    ...listed(
      labels.suspects,
      suspects.map(
        ({ rank, name, share, why }) => `${rank}. ${name} (${Math.round(share * 100)}%)${colon}${why}`,
      ),
    ),
    ...listed(labels.evidence, evidence),
    ...listed(labels.logs, logs),
    ...listed(
      labels.next,
      nextSteps.map((step, index) => `${index + 1}. ${step}`),
    ),
    ...links.map(({ label, url }) => ({ text: label, url: new URL(url).href })),
    ...traces.map((trace) => {
      const text = `${traceLabel(trace, labels, traces)}${colon}${trace.traceId}`;
      return trace.url === undefined ? { text } : { text, url: new URL(trace.url).href };
    }),
  ];
  return lines
    .map((line) => ({ ...line, text: printable(line.text, MAX_LINE).trim() }))
    .filter(({ text }) => text !== '')
    .slice(0, MAX_LINES);
}

function listed(heading: string, lines: readonly string[]): readonly JiraLine[] {
  return lines.length === 0 ? [] : [{ text: heading, heading: true }, ...lines.map((text) => ({ text }))];
}

/**
 * Atlassian Document Format, version 1 (developer.atlassian.com/cloud/jira/platform/apis/document/structure): text nodes
 * hold text alone, nothing in them is markup; an empty one is refused, so there is none.
 */
export function adf(message: Message): object {
  const content = fitting(jiraLines(message), ({ text }) => text).map(({ text, url, heading }) => ({
    ...(heading ? { type: 'heading', attrs: { level: 3 } } : { type: 'paragraph' }),
    content: [
      url === undefined
        ? { type: 'text', text }
        : { type: 'text', text, marks: [{ type: 'link', attrs: { href: url } }] },
    ],
  }));
  return { type: 'doc', version: 1, content };
}

/** Data Center's wiki markup, in which all of our texts are inert; links are ours. */
export function wiki(message: Message): string {
  const lines = jiraLines(message).map(({ text, url, heading }) => {
    const shown = escapeWiki(text);
    if (heading) return `h3. ${shown}`;
    return url === undefined ? shown : `[${shown}|${wikiUrl(url)}]`;
  });
  return fitting(lines, (line) => line).join('\n\n');
}

/** The lines up to the first that would be too much, whole ones: half a link is markup. */
function fitting<T>(lines: readonly T[], textOf: (line: T) => string): readonly T[] {
  let left = MAX_TEXT;
  const end = lines.findIndex((line) => (left -= textOf(line).length + 2) < 0);
  return end < 0 ? lines : lines.slice(0, end);
}

/**
 * Characters that begin markup in Jira's text formatting notation (jira/secure/WikiRendererHelpAction.jspa) as numeric
 * entities, which it shows as the character: a backslash before a backslash would be a line break. `h1.` and `bq.` at the
 * start of a line, and `://`, which makes links, are broken likewise; so are parentheses and `:D`, which make icons.
 */
export function escapeWiki(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/[\\{}[\]|*_+^~!?@<>()-]/g, (char) => `&#${char.charCodeAt(0)};`)
    .replace(/^(\s*)(h[1-6]|bq)\./, '$1$2&#46;')
    .replace(/^(\s*)#/, '$1&#35;')
    .replace(/:(?=\/\/|[DPp])/g, '&#58;')
    .replace(/(www|mailto)([.:])/gi, (_all, word: string, mark: string) => `${word}&#${mark.charCodeAt(0)};`);
}

/** A `|` or `]` would end the link. */
function wikiUrl(url: string): string {
  return url.replaceAll('|', '%7C').replaceAll(']', '%5D').replaceAll('[', '%5B');
}
