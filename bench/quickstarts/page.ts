/**
 * What a page of docs/quickstart-*.md asks to be done, in its order:
 *
 *     ```yaml spanwatch.yaml      the block is written to that file
 *     ```console                  commands after `$ `, continued after `> `; what they print replaces the rest
 *     ```console second           the same in another terminal, where the last command goes on running
 *     ```text second              replaced by what that terminal printed since
 *     <!-- wait: 30m -->          lets so much time pass
 *     <!-- until: WORDS -->       waits until the second terminal prints them
 */
export type Step =
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'commands'; readonly terminal: Terminal; readonly commands: readonly string[] }
  | { readonly kind: 'printed' }
  | { readonly kind: 'wait'; readonly minutes: number }
  | { readonly kind: 'until'; readonly words: string };

type Terminal = 'first' | 'second';

export interface PagePart {
  /** Lines as they are in the page, fences included. */
  readonly lines: readonly string[];
  readonly step?: Step;
}

const COMMENT = /^<!-- (wait|until): (.+) -->$/;

/** A page as parts in order; joined by line feeds they are the page again. */
export function readPage(text: string): PagePart[] {
  const parts: PagePart[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    if (!line.startsWith('```')) {
      parts.push(commentPart(line));
      continue;
    }
    const end = lines.indexOf('```', at + 1);
    if (end < 0) throw new Error(`line ${at + 1}: the block has no end`);
    const step = blockStep(line.slice(3), lines.slice(at + 1, end));
    parts.push({ lines: lines.slice(at, end + 1), ...(step === undefined ? {} : { step }) });
    at = end;
  }
  return parts;
}

/** The block of `part` with `commands` and what each printed, or with `printed` alone. */
export function filled(part: PagePart, body: readonly string[]): PagePart {
  return { ...part, lines: [part.lines[0], ...body, '```'] };
}

function commentPart(line: string): PagePart {
  const [, kind, rest = ''] = COMMENT.exec(line) ?? [];
  if (kind === 'wait') return { lines: [line], step: { kind, minutes: Number.parseFloat(rest) } };
  return kind === 'until' ? { lines: [line], step: { kind, words: rest } } : { lines: [line] };
}

function blockStep(info: string, body: readonly string[]): Step | undefined {
  const [language, argument] = info.split(' ');
  if (language === 'text' && argument === 'second') return { kind: 'printed' };
  if (language === 'yaml' && argument !== undefined)
    return { kind: 'file', name: argument, text: `${body.join('\n')}\n` };
  if (language !== 'console') return undefined;
  return {
    kind: 'commands',
    terminal: argument === 'second' ? 'second' : 'first',
    commands: commandsIn(body),
  };
}

function commandsIn(body: readonly string[]): string[] {
  const commands: string[] = [];
  for (const line of body) {
    if (line.startsWith('$ ')) commands.push(line.slice(2));
    else if (line.startsWith('> ')) commands.push(`${commands.pop() ?? ''}\n${line.slice(2)}`);
  }
  return commands;
}
