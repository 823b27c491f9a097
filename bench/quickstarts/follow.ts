import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { filled, type PagePart, readPage, type Step } from './page.ts';
import { Shell } from './shell.ts';

export interface FollowOptions {
  readonly folder: string;
  /** Where programs are looked for first. */
  readonly path: string;
  readonly addresses: Readonly<Record<string, string>>;
  /** Instead of what the page says, for a try. */
  readonly waitMinutes?: number;
  readonly say: (line: string) => void;
}

/** Pages are followed side by side, on a machine that may have a Spanwatch. */
const UNSEEN = 'http: { port: PORT }\n';
const PAGES_AT = '127.0.0.1:8900';
/** A verdict on polled spans takes two polls and some windows; past this nothing comes. */
const UNTIL_TIMEOUT_MS = 15 * 60_000;
/** The rest of what is printed together with the words that were waited for. */
const REST_MS = 2_000;

/** Does what the page says, as its reader would; resolves to the page with what was printed. Rejects when a step fails. */
export async function followPage(text: string, options: FollowOptions): Promise<string> {
  const { folder, path, addresses } = options;
  const shells = { folder, env: { PATH: `${path}:${process.env['PATH']}` } };
  const terminals = { first: new Shell(shells), second: new Shell(shells) };
  const there = (words: string): string => mapped(words, Object.entries(addresses));
  const back = (words: string): string =>
    mapped(
      words,
      Object.entries(addresses).map(([page, real]) => [real, page]),
    );
  try {
    const parts: PagePart[] = [];
    for (const part of readPage(text)) {
      const body = part.step === undefined ? undefined : await take(part.step, { terminals, there, options });
      parts.push(body === undefined ? part : filled(part, linesOf(back(body))));
    }
    return parts.flatMap(({ lines }) => lines).join('\n');
  } finally {
    await Promise.all([terminals.second.end(), terminals.first.end()]);
  }
}

interface Reader {
  readonly terminals: { readonly first: Shell; readonly second: Shell };
  readonly there: (words: string) => string;
  readonly options: FollowOptions;
}

/** The new body of the step's block, where it has one. */
async function take(step: Step, { terminals, there, options }: Reader): Promise<string | undefined> {
  const { say, folder, waitMinutes } = options;
  if (step.kind === 'file') {
    writeFileSync(
      join(folder, step.name),
      there(step.text) + UNSEEN.replace('PORT', there(PAGES_AT).split(':')[1]),
    );
    return undefined;
  }
  if (step.kind === 'wait') {
    say(`waiting ${waitMinutes ?? step.minutes} minutes`);
    await sleep((waitMinutes ?? step.minutes) * 60_000);
    return undefined;
  }
  if (step.kind === 'until') {
    say(`waiting for: ${step.words}`);
    await terminals.second.until(step.words, UNTIL_TIMEOUT_MS);
    await sleep(REST_MS);
    return undefined;
  }
  if (step.kind === 'printed') return terminals.second.fresh();
  let body = '';
  for (const command of step.commands) {
    say(command);
    const shell = terminals[step.terminal];
    const output =
      step.terminal === 'first' ? await shell.run(there(command)) : await shell.start(there(command));
    body += `$ ${command.replaceAll('\n', '\n> ')}\n${output}`;
  }
  return body;
}

function mapped(text: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((words, [from, to]) => words.replaceAll(from, to), text);
}

function linesOf(text: string): string[] {
  return text.trimEnd().split('\n');
}
