import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import { SpanFileError, type FileCounts } from './read-options.ts';

export const STDIN = '-';

/** Inflates a third faster than the default 16 KB. */
const INFLATE_CHUNK_BYTES = 262_144;
const READ_CHUNK_BYTES = 262_144;

/** Sizes of all files; throws `SpanFileError` for the first that is not there. Standard input counts 0. */
export async function totalBytes(paths: readonly string[]): Promise<number> {
  let total = 0;
  for (const path of paths) {
    if (path === STDIN) continue;
    try {
      const found = await stat(path);
      if (found.isDirectory()) throw new SpanFileError(path, 'is a folder, not a file');
      total += found.size;
    } catch (error) {
      throw asFileError(path, error);
    }
  }
  return total;
}

/** The bytes of a file, inflated when they are gzip (several members too), counted as they are on disk. */
export async function* readBytes(
  path: string,
  counts: FileCounts,
  stdin: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const raw = counted(path === STDIN ? stdin : openFile(path), counts);
  const first = await raw.next();
  if (first.done === true) return;
  const head = first.value.length > 1 ? first.value : await twoBytes(first.value, raw);
  const all = startingWith(head, raw);
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* all;
    return;
  }
  // A capture that was cut off while it was written is read as far as it goes, hence no error for a missing trailer.
  const gunzip = createGunzip({ chunkSize: INFLATE_CHUNK_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
  pipeline(all, gunzip, () => {
    // The error comes out of the iteration below.
  });
  yield* gunzip as AsyncIterable<Uint8Array>;
}

async function* openFile(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: READ_CHUNK_BYTES }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw asFileError(path, error);
  }
}

async function* counted(stream: AsyncIterable<Uint8Array>, counts: FileCounts): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    counts.bytesRead += chunk.length;
    if (chunk.length > 0) yield chunk;
  }
}

async function twoBytes(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  const next = await rest.next();
  return next.done === true ? first : Buffer.concat([first, next.value]);
}

async function* startingWith(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  yield* rest;
}

/** By what the system or the unpacking says. */
export function asFileError(path: string, error: unknown): SpanFileError {
  if (error instanceof SpanFileError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return new SpanFileError(path, 'no such file', error);
  if (typeof code === 'string' && code.startsWith('Z_'))
    return new SpanFileError(path, `cannot be unpacked (${String((error as Error).message)})`, error);
  if (code === 'EACCES' || code === 'EPERM') return new SpanFileError(path, 'may not be read', error);
  return new SpanFileError(path, error instanceof Error ? error.message : 'cannot be read', error);
}
