import { request } from 'undici';
import { userInfo } from 'node:os';
import { formatProblems, loadConfig, revealToken } from '../config/index.ts';
import { parseJson } from '../runtime/index.ts';
import type { Arguments } from './arguments.ts';
import { CommandError } from './usage-error.ts';

/**
 * Asks the running service, at the address (or `--url`) and with the token of the configuration (`--config`). What the API
 * answered; a CommandError with what it said was wrong, otherwise.
 */
export async function askService(
  parsed: Arguments,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<unknown> {
  const outcome = loadConfig(parsed.text('config'));
  if (!outcome.ok) throw new CommandError(formatProblems(outcome.problems, outcome.source));
  const { host, port, token } = revealToken(outcome.config.http);
  const address = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const base = parsed.text('url') ?? `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
  const headers = {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const response = await request(`${base.replace(/\/$/, '')}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new CommandError(`no Spanwatch answers at ${base} (${code}): is it running?`);
  });
  const answer = parseJson(await response.body.text());
  if (response.statusCode < 300 && answer.ok) return answer.value;
  const said = answer.ok ? JSON.stringify(answer.value) : '';
  throw new CommandError(`HTTP ${response.statusCode} ${said}`.trim());
}

/** `--by`, or the user. */
export function whoAsks(parsed: Arguments): string {
  return parsed.text('by') ?? userInfo().username;
}
