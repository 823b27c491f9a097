import { type Config, type ConfigOutcome, formatProblems } from '../config/index.ts';
import type { Logger } from '../runtime/index.ts';

/** What takes effect while running; everything else says that it needs a restart. */
const LIVE = new Set([
  'falseAlertsPerWeek',
  'incident.resolveAfterMs',
  'incident.reopenWithinMs',
  'log.level',
]);

/** Keys whose values differ, sections by their keys. A secret that changed within a list is not seen: secrets compare alike. */
export function changedKeys(before: Config, after: Config): readonly string[] {
  const keys: string[] = [];
  for (const [key, was] of Object.entries(before) as [string, unknown][]) {
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

/**
 * SIGHUP: what can change while running is applied, what cannot is said by its key in one line, and a file with mistakes
 * changes nothing and is said with line and key. Returns the configuration that now holds.
 */
export function reload(
  current: Config,
  outcome: ConfigOutcome,
  { apply, logger }: { readonly apply: (config: Config) => void; readonly logger: Logger },
): Config {
  if (!outcome.ok) {
    const problems = formatProblems(outcome.problems, outcome.source).split('\n');
    logger.error({ problems }, 'the configuration has mistakes: nothing was changed');
    return current;
  }
  const changed = changedKeys(current, outcome.config);
  const applied = changed.filter((key) => LIVE.has(key));
  const later = changed.filter((key) => !LIVE.has(key));
  const { falseAlertsPerWeek, incident, log } = outcome.config;
  const next: Config = { ...current, falseAlertsPerWeek, incident, log };
  apply(next);
  logger.level = log.level;
  logger.info({ applied }, 'the configuration was read again');
  if (later.length > 0) logger.warn({ keys: later }, 'changed, and takes effect with the next start only');
  return next;
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('reveal' in value);
}

function alike(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
