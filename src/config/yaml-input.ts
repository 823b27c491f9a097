import { type ErrorCode, LineCounter, type Node, isNode, parseDocument, visit } from 'yaml';
import type { ConfigProblem } from './problem.ts';

/** A parsed file whose nodes know where they stand. */
export interface YamlInput {
  /** Null for an empty file. */
  readonly root: Node | null;
  /** What stands behind an alias, or the node itself; null when there is nothing. */
  resolve(node: unknown): Node | null;
  /** Line and column, from 1, of an offset into the text. */
  locate(offset: number): { readonly line: number; readonly column: number };
}

export type YamlOutcome =
  | { readonly ok: true; readonly input: YamlInput }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Parses YAML 1.2, one document. Errors come in our own words: the parser's may quote the text, secrets included. */
export function readYaml(text: string): YamlOutcome {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' });
  const locate = (offset: number): { line: number; column: number } => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const mistakes = [...document.errors, ...document.warnings].map((error) => ({
    offset: error.pos[0],
    message: notClosed(error) ?? REASONS[error.code] ?? 'not valid YAML here',
  }));
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) === undefined)
        mistakes.push({ offset: alias.range?.[0] ?? 0, message: 'this alias names no anchor before it' });
    },
  });
  if (mistakes.length > 0) {
    const problems = mistakes.map(({ offset, message }) => ({ path: '', ...locate(offset), message }));
    return { ok: false, problems };
  }
  const resolve = (node: unknown): Node | null => {
    if (!isNode(node)) return null;
    return 'source' in node && 'resolve' in node ? (node.resolve(document) ?? null) : node;
  };
  return { ok: true, input: { root: document.contents, resolve, locate } };
}

/** To the parser a bracket that is missing is an indentation that does not fit. */
function notClosed({
  code,
  message,
}: {
  readonly code: ErrorCode;
  readonly message: string;
}): string | undefined {
  const bracket = code === 'BAD_INDENT' ? /^Flow .* end with a ([\]}])$/.exec(message) : null;
  return bracket === null ? undefined : `a ${bracket[1]} is missing before this place`;
}

const REASONS: Partial<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias takes no anchor or tag',
  BAD_INDENT: 'the indentation does not fit the lines around it',
  BAD_SCALAR_START: 'a plain value cannot start with this character; put it in quotes',
  BAD_DQ_ESCAPE: 'unknown escape in a double-quoted value',
  BLOCK_AS_IMPLICIT_KEY: 'a nested mapping on one line: put the value in quotes if it contains ": "',
  DUPLICATE_KEY: 'this key is here twice',
  MISSING_CHAR: 'a quote, bracket, comma or colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line; is a colon missing?',
  MULTIPLE_ANCHORS: 'a value takes one anchor',
  MULTIPLE_DOCS: 'only one document a file',
  MULTIPLE_TAGS: 'a value takes one tag',
  TAB_AS_INDENT: 'indent with spaces, not tabs',
  TAG_RESOLVE_FAILED: 'unknown tag',
};
