import { request } from 'undici';
import { type JsonValue, parseJson } from '../runtime/index.ts';

/** Grafana said no, or is not there. Its message never holds the token. */
export class GrafanaError extends Error {
  override readonly name = 'GrafanaError';
  readonly code: 'unreachable' | 'refused';
  readonly retryable: boolean;

  constructor(code: 'unreachable' | 'refused', message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.retryable = code === 'unreachable';
  }
}

export interface Answer {
  readonly status: number;
  readonly body: JsonValue;
}

export interface GrafanaApi {
  get(path: string): Promise<Answer>;
  post(path: string, body: object): Promise<Answer>;
}

/** A Grafana that does not answer by then is not there. */
const TIMEOUT_MS = 15_000;
/** A dashboard of ours has some 30 KB; one of a person's may have a few hundred. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * Grafana's HTTP API with a service account's token (docs/sources/developers/http_api of grafana/grafana). Answers are given
 * back whatever their status, but for 401, 403, redirects and what is no JSON, which reject as `refused`; no answer rejects as `unreachable`.
 */
export function createGrafanaApi({ url, token }: { url: string; token: string }): GrafanaApi {
  const base = url.replace(/\/+$/, '');
  const { origin, pathname } = new URL(base);
  // Without a login that is in it.
  const shown = `${origin}${pathname === '/' ? '' : pathname}`;
  const ask = async (method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> => {
    const { status, text, location } = await send(method, `${base}${path}`, { token, body });
    if (status === 401) throw new GrafanaError('refused', 'Grafana does not know the token (401)');
    if (status === 403)
      throw new GrafanaError(
        'refused',
        `the token may not ${method} ${path} (403): it needs the role Editor`,
      );
    // The token follows no redirect.
    if (status >= 300 && status < 400)
      throw new GrafanaError(
        'refused',
        `${shown} leads elsewhere (${status}, ${location}): give that address`,
      );
    const parsed = parseJson(text);
    if (!parsed.ok)
      throw new GrafanaError(
        'refused',
        `${shown} does not answer as Grafana's API does (${status}, no JSON): is the address right, with the path that Grafana is served under?`,
      );
    return { status, body: parsed.value };
  };
  return { get: (path) => ask('GET', path), post: (path, body) => ask('POST', path, body) };
}

async function send(
  method: 'GET' | 'POST',
  url: string,
  { token, body }: { token: string; body: object | undefined },
): Promise<{ status: number; text: string; location: string }> {
  try {
    const answer = await request(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    let text = '';
    for await (const chunk of answer.body.setEncoding('utf8')) {
      text += String(chunk);
      if (text.length > MAX_ANSWER_BYTES) throw new Error(`answers with more than ${MAX_ANSWER_BYTES} bytes`);
    }
    const { statusCode: status, headers } = answer;
    return { status, text, location: String(headers['location'] ?? 'nowhere').slice(0, 200) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GrafanaError('unreachable', `Grafana does not answer: ${reason}`, error);
  }
}
