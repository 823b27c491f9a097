import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { Freeze } from '../baseline/index.ts';
import { suggestKey } from '../config/index.ts';
import { UsageError } from './usage-error.ts';

type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface Arguments {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  flag(name: string): boolean;
  texts(name: string): readonly string[];
}

/** `node:util`'s parser with our errors. */
export function readArguments(args: readonly string[], options: ParseArgsOptionsConfig): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
    });
    return asArguments(values as Values, positionals);
  } catch (error) {
    throw new UsageError(inOurWords(error instanceof Error ? error.message : String(error), options));
  }
}

/** What `parseArgs` says (Node 24, lib/internal/util/parse_args), without its advice on positional arguments. */
function inOurWords(message: string, options: ParseArgsOptionsConfig): string {
  const unknown = /^Unknown option '([^']*)'/.exec(message);
  if (unknown !== null) {
    const hint = suggestKey(unknown[1].slice(2), Object.keys(options));
    return `there is no option ${unknown[1]}${hint === undefined ? '' : `; did you mean --${hint}?`}`;
  }
  const missing = /^Option '([^']*?)(?: <value>)?' argument missing/.exec(message);
  if (missing !== null) return `${missing[1]} needs a value`;
  const useless = /^Option '([^']*)' does not take an argument/.exec(message);
  if (useless !== null) return `${useless[1]} takes no value`;
  const ambiguous = /^Option '([^']*)' argument is ambiguous/.exec(message);
  if (ambiguous === null) return message;
  return `${ambiguous[1]} needs a value; one that begins with "-" is written with "=": ${ambiguous[1]}=-VALUE`;
}

function asArguments(values: Values, positionals: readonly string[]): Arguments {
  return {
    positionals,
    text: (name) => {
      const value = values[name];
      return typeof value === 'string' ? value : undefined;
    },
    flag: (name) => values[name] === true,
    texts: (name) => {
      const value = values[name];
      return Array.isArray(value) ? (value as readonly string[]) : [];
    },
  };
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** RFC 3339 to epoch milliseconds. */
export function readTime(option: string, text: string): number {
  const ms = RFC_3339.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new UsageError(
      `${option}: ${JSON.stringify(text)} is not an RFC 3339 time such as 2026-01-31T08:00:00Z`,
    );
  }
  return ms;
}

/** `--from` and `--to` as epoch microseconds. */
export function readRange(args: Arguments): { fromUs?: number; toUs?: number } {
  const from = args.text('from');
  const to = args.text('to');
  const fromMs = from === undefined ? undefined : readTime('--from', from);
  const toMs = to === undefined ? undefined : readTime('--to', to);
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs)
    throw new UsageError('--from must be before --to');
  return {
    ...(fromMs === undefined ? {} : { fromUs: fromMs * 1000 }),
    ...(toMs === undefined ? {} : { toUs: toMs * 1000 }),
  };
}

/** `--exclude T1/T2`, each. */
export function readExcluded(args: Arguments): Freeze[] {
  return args.texts('exclude').map((text) => {
    const [from, to, more] = text.split('/');
    if (to === undefined || more !== undefined) {
      throw new UsageError(
        `--exclude: ${JSON.stringify(text)} is not an interval T1/T2 of two RFC 3339 times`,
      );
    }
    const interval = { fromMs: readTime('--exclude', from), toMs: readTime('--exclude', to) };
    if (interval.fromMs >= interval.toMs) throw new UsageError(`--exclude: ${text} ends before it begins`);
    return interval;
  });
}

export const RANGE_OPTIONS = {
  from: { type: 'string' },
  to: { type: 'string' },
  exclude: { type: 'string', multiple: true },
} as const;
