import type { IncomingMessage } from 'node:http';
import { freeBytes } from './free-bytes.ts';
import type { HeldBytes } from './held-bytes.ts';

export type BodyOutcome =
  /** The receiver's alone: for `freeBytes` when it is done with them. */
  | { readonly kind: 'ok'; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'busy' }
  /** The sender went away, or was cut off for being slow: nobody reads an answer. */
  | { readonly kind: 'gone' };

/**
 * Reads a body as it comes, and holds no more than `maxBytes` of it, all of it held in `held`. What is announced to be
 * larger is not read at all; what is not wanted any more is read and thrown away by Node's HTTP server, so that the
 * sender gets its answer, until the request's time is over.
 */
export function readBody(request: IncomingMessage, maxBytes: number, held: HeldBytes): Promise<BodyOutcome> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes)
    return Promise.resolve({ kind: 'too-large' });
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let length = 0;
    const settle = (outcome: BodyOutcome): void => {
      request.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      // A late error of the socket has nobody else to hear it.
      request.on('error', () => undefined).resume();
      chunks = [];
      resolve(outcome);
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > maxBytes) return settle({ kind: 'too-large' });
      if (!held.take(chunk.length)) return settle({ kind: 'busy' });
      chunks.push(chunk);
    };
    const onEnd = (): void => settle({ kind: 'ok', bytes: joined(chunks) });
    const onGone = (): void => settle({ kind: 'gone' });
    request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  });
}

/** Node's parser copies each chunk into a buffer of its own, which nobody but its reader has. */
function joined(chunks: readonly Buffer[]): Buffer {
  if (chunks.length === 1) return chunks[0];
  const bytes = Buffer.concat(chunks);
  for (const chunk of chunks) freeBytes(chunk);
  return bytes;
}
