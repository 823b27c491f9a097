import type { Link, Message } from '../../domain/message.ts';
import { bounded } from '../bounded-message.ts';
import { LABELS, type Labels, traceLabel } from '../labels.ts';
import { escapeSlack, escapeSlackMarkup } from './escape.ts';

interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: false;
}

interface Markup {
  readonly type: 'mrkdwn';
  readonly text: string;
  /** No links, mentions or channels of Slack's own finding. */
  readonly verbatim: true;
}

export type SlackBlock =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'section'; readonly text: PlainText | Markup }
  | { readonly type: 'section'; readonly fields: readonly PlainText[] };

export interface SlackPayload {
  readonly text: string;
  readonly mrkdwn: false;
  readonly unfurl_links: false;
  readonly unfurl_media: false;
  readonly blocks: readonly SlackBlock[];
}

/**
 * Characters for each part. Slack's own limits are 150 for a header, 3000 for a section, 2000 for a field and some
 * 13,200 for the whole (slackapi/bolt-js#2509); these add up to at most 12,500.
 */
const MAX = { text: 300, header: 150, summary: 900, field: 300, list: 1900, links: 2500, next: 1000 };
/** Slack takes ten; with eight the whole stays within its total, and the owner, who is the last, is among them. */
const MAX_FIELDS = 8;

/**
 * Block Kit. Whatever may come from a span stands in `plain_text` objects, which Slack does not parse, and is escaped
 * besides; markup is used for links alone, whose URLs and labels are ours.
 */
export function renderSlack(unbounded: Message): SlackPayload {
  const message = bounded(unbounded);
  const labels = LABELS[message.locale];
  const blocks: SlackBlock[] = [
    { type: 'header', text: plain(message.title, MAX.header) },
    { type: 'section', text: plain(message.summary, MAX.summary) },
  ];
  if (message.facts.length > 0) {
    const fields = message.facts
      .slice(0, MAX_FIELDS)
      .map(({ label, value }) => plain(`${label}\n${value}`, MAX.field));
    blocks.push({ type: 'section', fields });
  }
  const list = (heading: string, lines: readonly string[], maxLength: number): void => {
    if (lines.length === 0) return;
    blocks.push({ type: 'section', text: plain([heading, ...lines].join('\n'), maxLength) });
  };
  list(labels.suspects, message.suspects.map(suspectLine), MAX.list);
  list(labels.evidence, bulleted(message.evidence), MAX.list);
  blocks.push(...linkBlocks(message, labels));
  list(labels.logs, bulleted(message.logs), MAX.next);
  list(
    labels.next,
    message.nextSteps.map((step, index) => `${index + 1}. ${step}`),
    MAX.next,
  );
  return {
    text: escapeSlackMarkup(message.title === '' ? 'Spanwatch' : message.title, MAX.text),
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks,
  };
}

function suspectLine({ rank, name, share, why }: Message['suspects'][number]): string {
  return `${rank}. ${name} (${Math.round(share * 100)}%): ${why}`;
}

function bulleted(lines: readonly string[]): string[] {
  return lines.map((line) => `• ${line}`);
}

function linkBlocks(message: Message, labels: Labels): SlackBlock[] {
  const linked: string[] = [];
  const named: string[] = [];
  let length = 0;
  const add = (label: string, url: string): void => {
    const link = `<${linkTarget(url)}|${escapeSlackMarkup(label, 80)}>`;
    if (length + link.length + 3 > MAX.links) return;
    length += link.length + 3;
    linked.push(link);
  };
  for (const trace of message.traces) {
    const label = traceLabel(trace, labels, message.traces);
    if (trace.url !== undefined) add(label, trace.url);
    else named.push(`${label}: ${trace.traceId}`);
  }
  for (const { label, url } of message.links satisfies readonly Link[]) add(label, url);
  const blocks: SlackBlock[] = [];
  if (linked.length > 0) {
    blocks.push({ type: 'section', text: { type: 'mrkdwn', text: linked.join(' · '), verbatim: true } });
  }
  if (named.length > 0) blocks.push({ type: 'section', text: plain(named.join('\n'), MAX.field) });
  return blocks;
}

/** A URL that ends neither the link nor its target. */
function linkTarget(url: string): string {
  return new URL(url).href.replace(/[<>|]/g, encodeURIComponent).replaceAll('&', '&amp;');
}

function plain(text: string, maxLength: number): PlainText {
  // Slack refuses an empty text.
  const shown = text.trim() === '' ? '–' : text;
  return { type: 'plain_text', text: escapeSlack(shown, maxLength), emoji: false };
}
