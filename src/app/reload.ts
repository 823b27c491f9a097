import { type Config, type ConfigOutcome, formatProblems } from '../config/index.ts';
import type { Logger } from '../runtime/index.ts';
import type { ChannelChanges } from './channel-set.ts';
import { logWarnings } from './config-warnings.ts';

/** Sections that take effect while running. */
const LIVE_SECTIONS = [
  'falseAlertsPerWeek',
  'incident',
  'log',
  'locale',
  'links',
  'policy',
  'rules',
  'channels',
] as const satisfies readonly (keyof Config)[];
const LIVE: ReadonlySet<string> = new Set(LIVE_SECTIONS);
/** But these: what is read from spans is in names by then. */
const NOT_LIVE: ReadonlySet<string> = new Set(['policy.ownerAttributes']);

/** Keys whose values differ, sections by their keys. Secrets count by what they are, and are never in an answer. */
export function changedKeys(before: Config, after: Config): readonly string[] {
  const keys: string[] = [];
  for (const [key, was] of Object.entries({ ...empty(after), ...before }) as [string, unknown][]) {
    const is: unknown = after[key as keyof Config];
    if (!isSection(was) || !isSection(is)) {
      if (!alike(was, is)) keys.push(key);
      continue;
    }
    for (const inner of new Set([...Object.keys(was), ...Object.keys(is)]))
      if (!alike(was[inner], is[inner])) keys.push(`${key}.${inner}`);
  }
  return keys;
}

export interface ReloadParts {
  /** Takes over a configuration as a whole, or throws an error that says why not, and nothing was changed. */
  readonly apply: (config: Config) => ChannelChanges;
  readonly logger: Logger;
}

/**
 * SIGHUP: what can change while running is applied, what cannot is said by its key in one line, and a file with mistakes, or
 * with something that cannot work, changes nothing and is said. Returns the configuration that now holds.
 */
export function reload(current: Config, outcome: ConfigOutcome, { apply, logger }: ReloadParts): Config {
  if (!outcome.ok) {
    const problems = formatProblems(outcome.problems, outcome.source).split('\n');
    logger.error({ problems }, 'the configuration has mistakes: nothing was changed');
    return current;
  }
  const changed = changedKeys(current, outcome.config);
  const applied = changed.filter(isLive);
  const later = changed.filter((key) => !isLive(key));
  // What did not change stays the same object: whoever made something of it need not make it again.
  const next = merged(current, outcome.config, applied);
  try {
    const channels = apply(next);
    logger.level = next.log.level;
    logger.info({ applied, ...said(channels) }, 'the configuration was read again');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.error({ reason }, 'the configuration cannot work: nothing was changed');
    return current;
  }
  logWarnings(outcome, logger);
  if (later.length > 0) logger.warn({ keys: later }, 'changed, and takes effect with the next start only');
  return next;
}

function isLive(key: string): boolean {
  return LIVE.has(key.split('.')[0]) && !NOT_LIVE.has(key);
}

/** `before` with what `after` has under these keys, as `changedKeys` names them. */
function merged(before: Config, after: Config, keys: readonly string[]): Config {
  const next: Record<string, unknown> = { ...before };
  for (const path of keys) {
    const [key, inner] = path.split('.');
    const value: unknown = after[key as keyof Config];
    next[key] = inner === undefined ? value : withKey(next[key], inner, value);
  }
  return next as unknown as Config;
}

/** A section with a key as another has it, or without it. */
function withKey(section: unknown, key: string, other: unknown): Record<string, unknown> {
  const { [key]: _was, ...rest } = section as Record<string, unknown>;
  const { [key]: is } = other as Record<string, unknown>;
  return is === undefined ? rest : { ...rest, [key]: is };
}

/** Only what there is to say. */
function said(channels: ChannelChanges): { readonly channels?: Partial<ChannelChanges> } {
  const some = Object.entries(channels).filter(([, names]: [string, readonly string[]]) => names.length > 0);
  return some.length === 0 ? {} : { channels: Object.fromEntries(some) };
}

/** Its keys without values: those that only one side has are compared, too. */
function empty(config: Config): object {
  return Object.fromEntries(Object.keys(config).map((key) => [key, undefined]));
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('reveal' in value);
}

function alike(a: unknown, b: unknown): boolean {
  return JSON.stringify(a, revealed) === JSON.stringify(b, revealed);
}

/** By what the holder has: a secret has made a mask of itself before it comes here. */
function revealed(this: unknown, key: string, value: unknown): unknown {
  const held: unknown = (this as Record<string, unknown>)[key];
  return typeof held === 'object' && held !== null && 'reveal' in held && typeof held.reveal === 'function'
    ? (held.reveal as () => unknown)()
    : value;
}
