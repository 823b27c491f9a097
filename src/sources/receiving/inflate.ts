import { createGunzip, createInflate, gunzipSync, type ZlibOptions } from 'node:zlib';
import { SPARE_BYTES } from './free-bytes.ts';
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
 * What says that it becomes no more than this is inflated at once, into one buffer of its size: a millisecond or two, and
 * a quarter of the work of a stream (`npm run bench -- --only http`). Exporters' batches are far below it.
 */
const AT_ONCE_BYTES = 1024 * 1024;
/** A gzip member ends with its length before compression, modulo 2^32 (RFC 1952, section 2.3.1). */
const TRAILER_BYTES = 8;

/**
 * Inflates within `maxBytes` and what there is room for in `held`.
 */
export function inflateBody(
  bytes: Uint8Array,
  encoding: 'gzip' | 'deflate',
  limits: InflateLimits,
): Promise<InflateOutcome> {
  const atOnce = encoding === 'gzip' ? inflateAtOnce(bytes, limits) : undefined;
  return atOnce === undefined ? inflateInChunks(bytes, encoding, limits) : Promise.resolve(atOnce);
}

interface InflateLimits {
  readonly maxBytes: number;
  readonly held: HeldBytes;
}

/** undefined for what is large, or larger than it says, or broken: that is for the chunks to find out. */
function inflateAtOnce(bytes: Uint8Array, { maxBytes, held }: InflateLimits): InflateOutcome | undefined {
  if (bytes.length <= TRAILER_BYTES || bytes.length > AT_ONCE_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(bytes.length - 4, true);
  if (size > Math.min(AT_ONCE_BYTES, maxBytes)) return undefined;
  if (!held.take(size)) return { kind: 'busy' };
  // A buffer that is full to its end has Node make another as large, and look there for more.
  const chunkSize = size + SPARE_BYTES;
  try {
    return { kind: 'ok', bytes: gunzipSync(bytes, { chunkSize, maxOutputLength: Math.max(1, size) }) };
  } catch {
    held.release(size);
    return undefined;
  }
}

/**
 * Inflates off the main thread, chunk by chunk, never beyond `maxBytes` and what there is room for in `held`: a bomb
 * costs that much and no more, however small it came.
 */
function inflateInChunks(
  bytes: Uint8Array,
  encoding: 'gzip' | 'deflate',
  { maxBytes, held }: InflateLimits,
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
