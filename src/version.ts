import { readFileSync } from 'node:fs';
import { parseJson } from './runtime/json.ts';

/** The version in package.json. */
export const VERSION = readVersion();

function readVersion(): string {
  const parsed = parseJson(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const { version } = parsed.ok ? (parsed.value as { version?: string }) : {};
  return version ?? 'unknown';
}
