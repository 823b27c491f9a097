import type { Message, MessageTrace } from '../domain/message.ts';
import { printable } from '../domain/printable.ts';
import { CATALOGUES } from './compose.ts';
import { formatShare } from '../domain/format.ts';

/** A terminal's line may wrap; a name of a megabyte may not scroll the message away. */
const MAX_LINE_LENGTH = 600;

/** ECMA-48 colours: red for P0 and P1, yellow for P2, grey for P3, green for good news. */
const RED = '31';
const YELLOW = '33';
const GREEN = '32';
const GREY = '90';

/** A message as plain lines, ending in a newline. Control sequences in its texts are made inert. */
export function renderTerminal(message: Message, options: { readonly color: boolean }): string {
  const texts = CATALOGUES[message.locale].terminal;
  const paint = (code: string, text: string): string =>
    options.color ? `\u001b[${code}m${text}\u001b[0m` : text;
  const line = (text: string): string => printable(text, MAX_LINE_LENGTH);
  const lines = [paint(`1;${colorOf(message)}`, line(message.title)), `  ${line(message.summary)}`];
  const section = (heading: string, items: readonly string[]): void => {
    if (items.length === 0) return;
    lines.push(`  ${paint(GREY, heading)}`, ...items.map((item) => `    ${line(item)}`));
  };
  for (const fact of message.facts) lines.push(`  ${paint(GREY, line(fact.label))}  ${line(fact.value)}`);
  section(
    texts.suspects,
    message.suspects.map((s) => `${s.rank}. ${s.name}  ${formatShare(s.share)}  ${s.why}`),
  );
  section(texts.evidence, message.evidence);
  section(
    texts.traces,
    message.traces.map((trace) => `${roleIn(trace, texts)}  ${trace.url ?? trace.traceId}`),
  );
  section(texts.logs, message.logs);
  section(
    texts.next,
    message.nextSteps.map((step, index) => `${index + 1}. ${step}`),
  );
  section(
    texts.links,
    message.links.map((link) => `${link.label}  ${link.url}`),
  );
  return `${lines.join('\n')}\n`;
}

function roleIn(trace: MessageTrace, texts: { readonly slow: string; readonly typical: string }): string {
  if (trace.label !== undefined) return trace.label;
  return trace.role === 'slow' ? texts.slow : texts.typical;
}

function colorOf({ event, severity }: Message): string {
  if (event === 'resolved' || event === 'blind-over') return GREEN;
  if (severity === 'P3') return GREY;
  return severity === 'P2' ? YELLOW : RED;
}
