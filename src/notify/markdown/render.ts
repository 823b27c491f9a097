import type { Message } from '../../domain/message.ts';
import { LABELS, traceLabel } from '../labels.ts';
import { inertMarkdown, markdownLink } from './inert.ts';

/**
 * A message in the Markdown that DingTalk's and WeCom's robots share: one heading, bold labels, lists, links of ours.
 * Lines are joined by `newline`: DingTalk wants two spaces before it.
 */
export function renderMarkdown(message: Message, newline: string): string {
  const labels = LABELS[message.locale];
  const colon = message.locale === 'zh' ? '：' : ': ';
  const blocks: string[] = [`### ${inert(message.title)}`, inert(message.summary)];
  const list = (heading: string, lines: readonly string[]): void => {
    if (lines.length > 0) blocks.push([`**${inert(heading)}**`, ...lines].join(newline));
  };
  if (message.facts.length > 0) {
    blocks.push(
      message.facts.map(({ label, value }) => `**${inert(label)}**${colon}${inert(value)}`).join(newline),
    );
  }
  list(
    labels.suspects,
    message.suspects.map(
      ({ rank, name, share, why }) =>
        `${rank}. ${inert(name)} (${Math.round(share * 100)}%)${colon}${inert(why)}`,
    ),
  );
  list(labels.evidence, bulleted(message.evidence));
  list(labels.logs, bulleted(message.logs));
  list(
    labels.next,
    message.nextSteps.map((step, index) => `${index + 1}. ${inert(step)}`),
  );
  const links = linksOf(message);
  if (links !== '') blocks.push(links);
  return blocks.join('\n\n');
}

function linksOf(message: Message): string {
  const labels = LABELS[message.locale];
  const traces = message.traces.map((trace) => {
    const { traceId, url } = trace;
    const label = traceLabel(trace, labels, message.traces);
    return url === undefined ? `${label} ${inert(traceId)}` : markdownLink(label, url);
  });
  return [...traces, ...message.links.map(({ label, url }) => markdownLink(label, url))].join(' · ');
}

function bulleted(lines: readonly string[]): string[] {
  return lines.map((line) => `- ${inert(line)}`);
}

/** Nothing is `–`, so that no bold is empty. */
function inert(text: string): string {
  const shown = inertMarkdown(text);
  return shown.trim() === '' ? '–' : shown;
}
