import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Environment, processEnvironment } from './environment.ts';
import { withPresets } from './link-presets.ts';
import type { ConfigProblem } from './problem.ts';
import { readBySchema } from './reader.ts';
import type { ReadConfig } from './broken-rule.ts';
import { brokenRules } from './rules.ts';
import { unheardRules } from './rules-unheard.ts';
import { type Config, configSchema } from './schema.ts';
import { readYaml } from './yaml-input.ts';

/** `source` is the file's path as given, or `defaults` when there is none. */
export type ConfigOutcome =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly source: string;
      /** What can be used, and is hardly what was meant. */
      readonly warnings: readonly ConfigProblem[];
      /** Where a key is, or the nearest around it, counted from 1; absent without a file. */
      readonly place: (path: string) => Pick<ConfigProblem, 'line' | 'column'>;
    }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[]; readonly source: string };

export interface LoadOptions {
  /** The process's own unless given. */
  readonly environment?: Environment;
  /** Where files of secrets, and the default configuration file, are looked for; the working directory unless given. */
  readonly folder?: string;
  /** Secrets are neither looked up nor asked for: for commands that send nothing. */
  readonly withoutSecrets?: boolean;
}

const DEFAULT_FILE = 'spanwatch.yaml';
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'this is a folder, not a file',
};

/**
 * Reads the configuration file at `path`. Without a path, `spanwatch.yaml` in the working directory, and all defaults
 * when that does not exist. Every mistake is a problem with its line, all of them at once; nothing throws.
 */
export function loadConfig(path?: string, options: LoadOptions = {}): ConfigOutcome {
  const file = resolve(options.folder ?? '.', path ?? DEFAULT_FILE);
  const source = path ?? DEFAULT_FILE;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    if (path === undefined && code === 'ENOENT') return parseConfig('', 'defaults', options);
    const message = REASONS[code] ?? `the file cannot be read (${code})`;
    return { ok: false, problems: [{ path: '', message }], source };
  }
  return parseConfig(text, source, { ...options, folder: dirname(file) });
}

/** The same from text. */
export function parseConfig(text: string, source: string, options: LoadOptions = {}): ConfigOutcome {
  const yaml = readYaml(text);
  if (!yaml.ok) return { ok: false, problems: yaml.problems, source };
  const { environment = processEnvironment, folder = '.', withoutSecrets = false } = options;
  const reading = readBySchema(configSchema, yaml.input, { environment, folder, withoutSecrets });
  const troubled = (part: string): boolean =>
    reading.problems.some(({ path }) => path === part || path.startsWith(`${part}.`));
  const broken = brokenRules(reading.value as ReadConfig)
    .filter(({ part }) => !troubled(part))
    .map(({ path, message }) => {
      return { path, ...yaml.input.locate(offsetNear(path, reading.offsets)), message };
    });
  const problems = inFileOrder([...reading.problems, ...broken]);
  if (problems.length > 0) return { ok: false, problems, source };
  const config = reading.value as Config;
  const place = (path: string): Pick<ConfigProblem, 'line' | 'column'> =>
    yaml.input.locate(offsetNear(path, reading.offsets));
  const warnings = inFileOrder(
    unheardRules(reading.value as ReadConfig).map(({ path, message }) => ({ path, ...place(path), message })),
  );
  return { ok: true, config: { ...config, links: withPresets(config.links) }, source, warnings, place };
}

/** The key itself, or the nearest one around it that the file has. */
function offsetNear(path: string, offsets: ReadonlyMap<string, number>): number {
  for (let at = path; at !== ''; at = at.replace(/(\.[^.[]*|\[\d+\]|^[^.[]*)$/, '')) {
    const offset = offsets.get(at);
    if (offset !== undefined) return offset;
  }
  return 0;
}

function inFileOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
