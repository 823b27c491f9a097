import { type ConfigOutcome, formatProblems } from '../config/index.ts';
import type { Logger } from '../runtime/index.ts';

/** Says in one line what of a configuration can be used, and is hardly what was meant, each with its place; else nothing. */
export function logWarnings(
  { warnings, source }: Pick<Extract<ConfigOutcome, { ok: true }>, 'warnings' | 'source'>,
  logger: Logger,
): void {
  if (warnings.length === 0) return;
  const each = warnings.map((one) => formatProblems([one], source));
  logger.warn({ warnings: each }, 'something in the configuration is hardly what was meant');
}
