import type { IncomingMessage } from 'node:http';
import type { HeldBytes } from './held-bytes.ts';
import { inflateBody } from './inflate.ts';
import { readBody } from './read-body.ts';

export type Coding = 'identity' | 'gzip' | 'deflate';

export interface BodyLimits {
  /** On the wire. */
  readonly maxBodyBytes: number;
  /** After decompression. */
  readonly maxInflatedBytes: number;
}

/** The specification's default for a body after decompression. */
export const MAX_INFLATED_BYTES = 64 * 1024 * 1024;
/** A body on the wire is not larger than what it may become. */
export const MAX_BODY_BYTES = MAX_INFLATED_BYTES;

export type RequestBody =
  | { readonly kind: 'ok'; readonly bytes: Uint8Array }
  | { readonly kind: 'busy' }
  | { readonly kind: 'too-large'; readonly maxBytes: number }
  /** The body is not of the coding that its header says. */
  | { readonly kind: 'broken'; readonly coding: Coding }
  | { readonly kind: 'gone' };

/** One coding: a body that is coded twice is made to hurt, or by mistake. */
export function codingOf(request: IncomingMessage): Coding | undefined {
  const coding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (coding === '' || coding === 'identity') return 'identity';
  return coding === 'gzip' || coding === 'deflate' ? coding : undefined;
}

/** Reads and inflates a body within the limits and within what there is room for in `held`. */
export async function readRequestBody(
  request: IncomingMessage,
  coding: Coding,
  { maxBodyBytes, maxInflatedBytes }: BodyLimits,
  held: HeldBytes,
): Promise<RequestBody> {
  const maxBytes = coding === 'identity' ? Math.min(maxBodyBytes, maxInflatedBytes) : maxBodyBytes;
  const raw = await readBody(request, maxBytes, held);
  if (raw.kind === 'too-large') return { kind: 'too-large', maxBytes };
  if (raw.kind !== 'ok' || coding === 'identity') return raw;
  const inflated = await inflateBody(raw.bytes, coding, { maxBytes: maxInflatedBytes, held });
  held.release(raw.bytes.length);
  if (inflated.kind === 'too-large') return { kind: 'too-large', maxBytes: maxInflatedBytes };
  return inflated.kind === 'broken' ? { kind: 'broken', coding } : inflated;
}
