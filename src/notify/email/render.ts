import type { Message } from '../../domain/message.ts';
import { LABELS, traceLabel } from '../labels.ts';

interface Section {
  readonly heading: string;
  readonly lines: readonly string[];
}

/** The plain part: what a terminal or a watch shows. */
export function renderText(message: Message): string {
  const parts = [
    unlinked(message.title),
    unlinked(message.summary),
    ...(message.facts.length === 0
      ? []
      : [message.facts.map(({ label, value }) => unlinked(`${label}: ${value}`)).join('\n')]),
    ...sectionsOf(message).map(({ heading, lines }) =>
      [heading, ...lines.map((line) => `  ${unlinked(line)}`)].join('\n'),
    ),
    ...linksOf(message).map(({ label, url }) => `${label}: ${url}`),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The HTML part: every text escaped, links of ours, inline styles alone (mail programs drop the rest). */
export function renderHtml(message: Message): string {
  const facts = message.facts.map(
    ({ label, value }) =>
      `<tr><th align="left" style="padding-right:1em">${escapeHtml(label)}</th><td>${shownHtml(value)}</td></tr>`,
  );
  const sections = sectionsOf(message).map(
    ({ heading, lines }) =>
      `<h3>${escapeHtml(heading)}</h3>${listStart(lines)}${lines.map((line) => `<li>${shownHtml(line)}</li>`).join('')}</ul>`,
  );
  const links = linksOf(message).map(
    ({ label, url }) => `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`,
  );
  return [
    `<!doctype html><html lang="${message.locale}"><body style="font-family:sans-serif">`,
    `<h2 style="border-left:6px solid ${colorOf(message)};padding-left:.5em">${shownHtml(message.title)}</h2>`,
    `<p>${shownHtml(message.summary)}</p>`,
    facts.length === 0 ? '' : `<table>${facts.join('')}</table>`,
    ...sections,
    links.length === 0 ? '' : `<p>${links.join(' · ')}</p>`,
    '</body></html>',
  ].join('\n');
}

/** Numbered lines bring their own marks. */
function listStart(lines: readonly string[]): string {
  return lines[0]?.startsWith('1. ') ? '<ul style="list-style:none;padding-left:1em">' : '<ul>';
}

/** Mail programs make links of what looks like one, in either part: what would be becomes full-width, and reads the same. */
function unlinked(text: string): string {
  return text
    .replace(/:\/\//g, '：／／')
    .replace(/www\./gi, (word) => `${word.slice(0, -1)}．`)
    .replace(/mailto:/gi, (word) => `${word.slice(0, -1)}：`);
}

function shownHtml(text: string): string {
  return escapeHtml(unlinked(text));
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}

function sectionsOf(message: Message): Section[] {
  const labels = LABELS[message.locale];
  const unlinked = message.traces
    .filter(({ url }) => url === undefined)
    .map((trace) => `${traceLabel(trace, labels, message.traces)} ${trace.traceId}`);
  const sections = [
    {
      heading: labels.suspects,
      lines: message.suspects.map(
        ({ rank, name, share, why }) => `${rank}. ${name} (${Math.round(share * 100)}%): ${why}`,
      ),
    },
    { heading: labels.evidence, lines: [...message.evidence, ...unlinked] },
    { heading: labels.logs, lines: message.logs },
    { heading: labels.next, lines: message.nextSteps.map((step, index) => `${index + 1}. ${step}`) },
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}

function linksOf({ links, traces, locale }: Message): { readonly label: string; readonly url: string }[] {
  const labels = LABELS[locale];
  return [
    ...links.map(({ label, url }) => ({ label, url: new URL(url).href })),
    ...traces.flatMap((trace) =>
      trace.url === undefined
        ? []
        : [{ label: traceLabel(trace, labels, traces), url: new URL(trace.url).href }],
    ),
  ];
}

function colorOf({ event, severity }: Message): string {
  if (event === 'resolved') return '#2a9d4a';
  return severity === 'P0' || severity === 'P1' ? '#d1242f' : '#d9822b';
}
