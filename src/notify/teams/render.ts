import type { Message } from '../../domain/message.ts';
import { LABELS, traceLabel } from '../labels.ts';
import { inertMarkdown } from '../markdown/inert.ts';

interface TextBlock {
  readonly type: 'TextBlock';
  readonly text: string;
  readonly wrap: true;
  readonly weight?: 'Bolder';
  readonly size?: 'Large';
  readonly color?: 'Attention' | 'Warning' | 'Good' | 'Default';
}

interface FactSet {
  readonly type: 'FactSet';
  readonly facts: readonly { readonly title: string; readonly value: string }[];
}

interface OpenUrl {
  readonly type: 'Action.OpenUrl';
  readonly title: string;
  readonly url: string;
}

/** Teams shows six actions; the incident's page comes first. */
const MAX_ACTIONS = 6;

/** An Adaptive Card in the envelope of Teams' webhooks. Text blocks and facts parse some Markdown: all text is inert. */
export function renderTeamsCard(message: Message): object {
  const labels = LABELS[message.locale];
  const body: (TextBlock | FactSet)[] = [
    { ...text(message.title), weight: 'Bolder', size: 'Large', color: colorOf(message) },
    text(message.summary),
  ];
  if (message.facts.length > 0) {
    const facts = message.facts.map(({ label, value }) => ({ title: inert(label), value: inert(value) }));
    body.push({ type: 'FactSet', facts });
  }
  const section = (heading: string, lines: readonly string[]): void => {
    if (lines.length === 0) return;
    body.push({ ...text(heading), weight: 'Bolder' });
    for (const line of lines) body.push(text(line));
  };
  section(
    labels.suspects,
    message.suspects.map(
      ({ rank, name, share, why }) => `(${rank}) ${name} (${Math.round(share * 100)}%): ${why}`,
    ),
  );
  section(labels.evidence, message.evidence);
  section(labels.logs, message.logs);
  section(
    labels.next,
    message.nextSteps.map((step, index) => `(${index + 1}) ${step}`),
  );
  const unlinked = message.traces.filter(({ url }) => url === undefined);
  for (const trace of unlinked) {
    body.push(text(`${traceLabel(trace, labels, message.traces)} ${trace.traceId}`));
  }
  const actions = actionsOf(message);
  const card = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.2',
    body,
    ...(actions.length === 0 ? {} : { actions }),
    msteams: { width: 'full' },
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content: card }] };
}

function actionsOf({ links, traces, locale }: Message): OpenUrl[] {
  const labels = LABELS[locale];
  const open = (title: string, url: string): OpenUrl => ({
    type: 'Action.OpenUrl',
    title: inert(title),
    url: new URL(url).href,
  });
  return [
    ...links.map(({ label, url }) => open(label, url)),
    ...traces.flatMap((trace) =>
      trace.url === undefined ? [] : [open(traceLabel(trace, labels, traces), trace.url)],
    ),
  ].slice(0, MAX_ACTIONS);
}

function colorOf({ event, severity }: Message): 'Attention' | 'Warning' | 'Good' | 'Default' {
  if (event === 'resolved') return 'Good';
  if (severity === 'P0' || severity === 'P1') return 'Attention';
  return severity === 'P2' ? 'Warning' : 'Default';
}

function text(content: string): TextBlock {
  return { type: 'TextBlock', text: inert(content), wrap: true };
}

function inert(content: string): string {
  const shown = inertMarkdown(content);
  return shown.trim() === '' ? '–' : shown;
}
