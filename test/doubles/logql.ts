import { parseJson } from '../../src/runtime/index.ts';

/**
 * The part of LogQL that Spanwatch and its panels write, by grafana/loki, docs/sources/query (log_queries, metric_queries):
 * a selector, line filters, `json` and `logfmt`, label filters with `and` and `or`, and over them `count_over_time`,
 * `rate` and `sum by`. Throws a `SyntaxError` in Loki's words on anything else.
 */
export interface LogEntry {
  readonly atNs: bigint;
  readonly line: string;
  /** Of its stream. */
  readonly labels: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface LogQuery {
  readonly kind: 'logs';
  /** The entry's labels when it passes, with those that stages added; undefined when it does not. */
  readonly pass: (entry: LogEntry) => Readonly<Record<string, string>> | undefined;
}

export interface MetricQuery {
  readonly kind: 'metric';
  readonly logs: LogQuery;
  readonly over: 'count_over_time' | 'rate';
  readonly rangeMs: number;
  /** Undefined: each set of labels for itself. */
  readonly by: readonly string[] | undefined;
}

type Labels = Readonly<Record<string, string>>;
type Stage = (line: string, labels: Labels) => Labels | undefined;

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*"|`[^`]*`)|(\[[^\]]+\])|(\|=|\|~|!=|!~|=~|==|>=|<=|[|{}(),=<>])|([A-Za-z_][A-Za-z0-9_]*)|(\d+(?:\.\d+)?))/y;

export function parseLogQl(text: string): LogQuery | MetricQuery {
  const tokens = new Tokens(text);
  const query = tokens.peek() === '{' ? logQuery(tokens) : metricQuery(tokens);
  if (tokens.peek() !== undefined) tokens.fail();
  return query;
}

class Tokens {
  readonly #all: string[] = [];
  #at = 0;

  constructor(text: string) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const from = TOKEN.lastIndex;
      const found = TOKEN.exec(text);
      if (found === null) throw new SyntaxError(`parse error at line 1, col ${from + 1}: syntax error`);
      this.#all.push(found[0].trim());
    }
  }

  peek(): string | undefined {
    return this.#all[this.#at];
  }

  take(...wanted: readonly string[]): string {
    const token = this.#all[this.#at++];
    if (token === undefined || (wanted.length > 0 && !wanted.includes(token))) return this.fail(token);
    return token;
  }

  fail(token: string | undefined = this.peek()): never {
    throw new SyntaxError(
      token === undefined
        ? 'parse error : syntax error: unexpected $end'
        : `parse error at line 1, col 1: syntax error: unexpected ${token}`,
    );
  }
}

function metricQuery(tokens: Tokens): MetricQuery {
  if (tokens.peek() !== 'sum') return rangeQuery(tokens);
  tokens.take('sum');
  let by: string[] = [];
  if (tokens.peek() === 'by') by = byClause(tokens);
  tokens.take('(');
  const inner = rangeQuery(tokens);
  tokens.take(')');
  if (tokens.peek() === 'by') by = byClause(tokens);
  return { ...inner, by };
}

function byClause(tokens: Tokens): string[] {
  tokens.take('by');
  tokens.take('(');
  const names = [tokens.take()];
  while (tokens.peek() === ',') {
    tokens.take(',');
    names.push(tokens.take());
  }
  tokens.take(')');
  return names;
}

function rangeQuery(tokens: Tokens): MetricQuery {
  const over = tokens.take('count_over_time', 'rate') as MetricQuery['over'];
  tokens.take('(');
  const logs = logQuery(tokens);
  const range = /^\[(\d+)(ms|s|m|h)\]$/.exec(tokens.take());
  tokens.take(')');
  if (range === null) throw new SyntaxError('parse error: syntax error: not a duration');
  const unit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[range[2]] ?? 1;
  return { kind: 'metric', logs, over, rangeMs: Number(range[1]) * unit, by: undefined };
}

function logQuery(tokens: Tokens): LogQuery {
  const selects = selector(tokens);
  const stages: Stage[] = [];
  for (let next = tokens.peek(); next !== undefined; next = tokens.peek()) {
    if (next === '|=' || next === '|~' || next === '!=' || next === '!~') stages.push(lineFilter(tokens));
    else if (next === '|') stages.push(stage(tokens));
    else break;
  }
  return {
    kind: 'logs',
    pass: ({ line, labels, metadata }) => {
      if (!selects(labels)) return undefined;
      let seen: Labels | undefined = { ...labels, ...metadata };
      for (const one of stages) {
        seen = one(line, seen);
        if (seen === undefined) return undefined;
      }
      return seen;
    },
  };
}

/** A stream selector needs a matcher that an absent label does not satisfy (pkg/logql/syntax, `validateMatchers`). */
function selector(tokens: Tokens): (labels: Labels) => boolean {
  tokens.take('{');
  const matchers: ((labels: Labels) => boolean)[] = [];
  while (tokens.peek() !== '}') {
    matchers.push(comparison(tokens));
    if (tokens.peek() === ',') tokens.take(',');
  }
  tokens.take('}');
  if (matchers.every((matcher) => matcher({})))
    throw new SyntaxError(
      'parse error : queries require at least one regexp or equality matcher that does not have an empty-compatible value. For instance, app=~".*" does not meet this requirement, but app=~".+" will',
    );
  return (labels) => matchers.every((matcher) => matcher(labels));
}

function lineFilter(tokens: Tokens): Stage {
  const operator = tokens.take();
  const text = quoted(tokens);
  const regexp = operator.endsWith('~') ? new RegExp(text) : undefined;
  const wanted = operator.startsWith('|');
  return (line, labels) =>
    (regexp === undefined ? line.includes(text) : regexp.test(line)) === wanted ? labels : undefined;
}

function stage(tokens: Tokens): Stage {
  tokens.take('|');
  if (tokens.peek() === 'json' || tokens.peek() === 'logfmt') {
    const parse = tokens.take() === 'json' ? jsonLabels : logfmtLabels;
    return (line, labels) => ({ ...parse(line), ...labels });
  }
  const any: ((labels: Labels) => boolean)[] = [];
  for (;;) {
    const all = [comparison(tokens)];
    while (tokens.peek() === 'and' || tokens.peek() === ',') {
      tokens.take();
      all.push(comparison(tokens));
    }
    any.push((labels) => all.every((one) => one(labels)));
    if (tokens.peek() !== 'or') break;
    tokens.take('or');
  }
  return (_line, labels) => (any.some((one) => one(labels)) ? labels : undefined);
}

function comparison(tokens: Tokens): (labels: Labels) => boolean {
  const name = tokens.take();
  if (!/^[A-Za-z_]\w*$/.test(name)) tokens.fail(name);
  const operator = tokens.take('=', '!=', '=~', '!~');
  const value = quoted(tokens);
  const regexp = operator.endsWith('~') ? new RegExp(`^(?:${value})$`) : undefined;
  const wanted = !operator.startsWith('!');
  return (labels) => {
    const found = labels[name] ?? '';
    return (regexp === undefined ? found === value : regexp.test(found)) === wanted;
  };
}

function quoted(tokens: Tokens): string {
  const token = tokens.take();
  if (token.startsWith('`')) return token.slice(1, -1);
  const parsed = token.startsWith('"') ? parseJson(token) : undefined;
  return parsed?.ok === true && typeof parsed.value === 'string' ? parsed.value : tokens.fail(token);
}

/** Nested keys are joined by `_`, what cannot be in a name becomes `_`; a line that is not JSON gets `__error__`. */
function jsonLabels(line: string): Labels {
  const parsed = parseJson(line);
  if (!parsed.ok || typeof parsed.value !== 'object' || parsed.value === null)
    return { __error__: 'JSONParserErr' };
  const labels: Record<string, string> = {};
  const add = (prefix: string, value: object): void => {
    for (const [key, inner] of Object.entries(value)) {
      const name = `${prefix}${key.replace(/\W/g, '_')}`;
      if (typeof inner === 'object' && inner !== null && !Array.isArray(inner))
        add(`${name}_`, inner as object);
      else if (typeof inner === 'string' || typeof inner === 'number') labels[name] = String(inner);
    }
  };
  add('', parsed.value);
  return labels;
}

function logfmtLabels(line: string): Labels {
  const pairs = line.matchAll(/(\w+)=("(?:[^"\\]|\\.)*"|\S*)/g);
  return Object.fromEntries([...pairs].map(([, key, value]) => [key, value.replace(/^"|"$/g, '')]));
}
