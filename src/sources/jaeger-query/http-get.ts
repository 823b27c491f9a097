import { Agent, type Dispatcher, request } from 'undici';
import { connectionReason } from '../../runtime/connection-reason.ts';
import type { JaegerQueryConfig } from './jaeger-config.ts';

export type GetOutcome =
  | { readonly kind: 'answer'; readonly status: number; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large' }
  /** One line, without the address's secrets. */
  | { readonly kind: 'failed'; readonly reason: string };

/** Hundreds of traces of thousands of spans; what is larger is asked for in halves. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** GETs below one address, each with a time limit and a limit of bytes. */
export class HttpGet {
  readonly #config: JaegerQueryConfig;
  readonly #dispatcher: Dispatcher;
  readonly #base: URL;

  constructor(config: JaegerQueryConfig) {
    this.#config = config;
    this.#base = new URL(config.url.endsWith('/') ? config.url : `${config.url}/`);
    const tls = config.ca === undefined ? {} : { connect: { ca: config.ca } };
    this.#dispatcher = new Agent({ ...tls, connections: config.concurrency });
  }

  async get(
    path: string,
    query: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<GetOutcome> {
    const { token, timeoutMs } = this.#config;
    const url = new URL(path, this.#base);
    url.search = new URLSearchParams(query).toString();
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const { statusCode, body } = await request(url, {
        dispatcher: this.#dispatcher,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
      const chunks: Uint8Array[] = [];
      let length = 0;
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        length += chunk.length;
        if (length > MAX_ANSWER_BYTES) return { kind: 'too-large' };
        chunks.push(chunk);
      }
      return { kind: 'answer', status: statusCode, bytes: Buffer.concat(chunks) };
    } catch (error) {
      if (limit.aborted) return { kind: 'failed', reason: `no answer within ${timeoutMs} ms` };
      if (signal?.aborted === true) return { kind: 'failed', reason: 'it was not waited for' };
      // An abort's code is a number.
      const { code, message } = error as NodeJS.ErrnoException;
      const reason = connectionReason(error) ?? (typeof code === 'string' ? code : message);
      return { kind: 'failed', reason };
    }
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }
}
