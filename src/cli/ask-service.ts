import { request } from 'undici';
import { userInfo } from 'node:os';
import { type Config, formatProblems, loadConfig, revealToken } from '../config/index.ts';
import { type JsonValue, parseJson } from '../runtime/index.ts';
import type { Arguments } from './arguments.ts';
import { CommandError } from './usage-error.ts';

/** A line of a terminal or a few; whoever answers at the address may be anybody. */
const MOST_SAID = 500;

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
  const { token } = revealToken(outcome.config.http);
  const base = parsed.text('url') ?? apiAddress(outcome.config);
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
  throw new CommandError(`${base} answers ${response.statusCode}${answer.ok ? problemOf(answer.value) : ''}`);
}

/** Title and detail of problem details (RFC 9457), on one line; '' when it says neither. */
function problemOf(answer: JsonValue): string {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return '';
  const { title, detail } = answer;
  const said = (text: unknown): text is string => typeof text === 'string' && text !== '';
  const words = [...(said(title) ? [` ${title}`] : []), ...(said(detail) ? [`: ${detail}`] : [])].join('');
  return words.replace(/\p{Cc}+/gu, ' ').slice(0, MOST_SAID);
}

/** Where this machine reaches the API of the configuration. */
export function apiAddress({ http: { host, port } }: Config): string {
  const address = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** `--by`, or the user. */
export function whoAsks(parsed: Arguments): string {
  return parsed.text('by') ?? userInfo().username;
}
