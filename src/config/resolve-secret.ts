import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Environment } from './environment.ts';

export type SecretOutcome =
  { readonly ok: true; readonly value: string } | { readonly ok: false; readonly reason: string };

/** A secret is a line; more is a mistake in the path. */
const MAX_SECRET_BYTES = 64 * 1024;

/** Replaces each `${NAME}` by that environment variable. An unset or empty one is refused by its name. */
export function fromEnvironment(text: string, environment: Environment): SecretOutcome {
  const missing: string[] = [];
  const value = text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
    const found = environment[name];
    if (found === undefined || found === '') missing.push(name);
    return found ?? '';
  });
  if (missing.length > 0) {
    const names = [...new Set(missing)].join(', ');
    return { ok: false, reason: `the environment variable ${names} is not set` };
  }
  if (value.includes('${'))
    return { ok: false, reason: '`${` does not name an environment variable: write `${NAME}`' };
  return { ok: true, value };
}

/** Reads a secret's file, relative to `folder`; one line break at its end is dropped. */
export function fromFile(path: string, folder: string): SecretOutcome {
  try {
    const bytes = readFileSync(resolve(folder, path));
    if (bytes.length > MAX_SECRET_BYTES)
      return { ok: false, reason: `the file ${path} is larger than ${MAX_SECRET_BYTES} bytes` };
    const value = bytes.toString('utf8').replace(/\r?\n$/, '');
    return value === '' ? { ok: false, reason: `the file ${path} is empty` } : { ok: true, value };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { ok: false, reason: `the file ${path} cannot be read (${code})` };
  }
}
