import type { Message } from '../../domain/message.ts';
import { LABELS, traceLabel } from '../labels.ts';

interface PlainText {
  readonly tag: 'plain_text';
  readonly content: string;
}

export type FeishuElement =
  | { readonly tag: 'div'; readonly text: PlainText | { readonly tag: 'lark_md'; readonly content: string } }
  | { readonly tag: 'hr' }
  | { readonly tag: 'note'; readonly elements: readonly PlainText[] }
  | { readonly tag: 'action'; readonly actions: readonly FeishuButton[] };

interface FeishuButton {
  readonly tag: 'button';
  readonly type: 'primary' | 'default';
  readonly url: string;
  readonly text: PlainText;
}

export interface FeishuCard {
  readonly config: { readonly wide_screen_mode: true; readonly update_multi: true };
  readonly header: { readonly template: string; readonly title: PlainText };
  readonly elements: readonly FeishuElement[];
}

/**
 * A card (version 1, open.feishu.cn "Message card structure"). Whatever may come from a span stands in `plain_text`,
 * which Feishu does not parse; `lark_md` holds our own headings alone; links are buttons.
 */
export function renderFeishuCard(message: Message): FeishuCard {
  const labels = LABELS[message.locale];
  const elements: FeishuElement[] = [text(message.summary)];
  const section = (heading: string, lines: readonly string[]): void => {
    if (lines.length === 0) return;
    elements.push({ tag: 'div', text: { tag: 'lark_md', content: `**${escapeLarkMarkdown(heading)}**` } });
    elements.push(text(lines.join('\n')));
  };
  const separator = message.locale === 'zh' ? '：' : ': ';
  if (message.facts.length > 0) {
    elements.push(text(message.facts.map(({ label, value }) => `${label}${separator}${value}`).join('\n')));
  }
  section(
    labels.suspects,
    message.suspects.map(
      ({ rank, name, share, why }) => `${rank}. ${name} (${Math.round(share * 100)}%)${separator}${why}`,
    ),
  );
  section(labels.evidence, bulleted(message.evidence));
  section(labels.logs, bulleted(message.logs));
  section(
    labels.next,
    message.nextSteps.map((step, index) => `${index + 1}. ${step}`),
  );
  elements.push(...linkElements(message));
  return {
    config: { wide_screen_mode: true, update_multi: true },
    header: { template: templateOf(message), title: plain(message.title) },
    elements,
  };
}

/**
 * Text that `lark_md` shows as it is: markup characters, brackets of tags such as `<at id=all></at>` and of links
 * become HTML entities (open.feishu.cn, "Markdown component": escape of special characters).
 */
export function escapeLarkMarkdown(text: string): string {
  return text.replace(LARK_MARKUP, (character) => `&#${character.codePointAt(0)};`);
}

const LARK_MARKUP = /[&<>*_~`[\]()!#:|\\-]/g;

function linkElements(message: Message): FeishuElement[] {
  const labels = LABELS[message.locale];
  const actions: FeishuButton[] = [];
  const named: string[] = [];
  for (const trace of message.traces) {
    const label = traceLabel(trace, labels, message.traces);
    if (trace.url === undefined) named.push(`${label} ${trace.traceId}`);
    else actions.push(button(label, trace.url, trace.role === 'slow' ? 'primary' : 'default'));
  }
  for (const link of message.links) actions.push(button(link.label, link.url, 'default'));
  return [
    ...(named.length === 0 ? [] : [text(named.join('\n'))]),
    ...(actions.length === 0 ? [] : [{ tag: 'action', actions } as const]),
  ];
}

function button(label: string, url: string, type: FeishuButton['type']): FeishuButton {
  return { tag: 'button', type, url: new URL(url).href, text: plain(label) };
}

function templateOf({ event, severity }: Message): string {
  if (event === 'resolved' || event === 'blind-over') return 'green';
  switch (severity) {
    case 'P0':
    case 'P1':
      return 'red';
    case 'P2':
      return 'orange';
    case 'P3':
      return 'grey';
  }
}

function bulleted(lines: readonly string[]): string[] {
  return lines.map((line) => `• ${line}`);
}

function text(content: string): FeishuElement {
  return { tag: 'div', text: plain(content) };
}

function plain(content: string): PlainText {
  // Feishu refuses an empty title.
  return { tag: 'plain_text', content: content === '' ? '–' : content };
}
