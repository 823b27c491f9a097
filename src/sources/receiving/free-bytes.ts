/** So much may a buffer have over at its end and be its bytes' own: what inflates leaves it, to see that nothing follows. */
export const SPARE_BYTES = 64;

/**
 * Gives the memory of bytes back at once instead of when garbage is collected; whoever still has them has nothing. For bytes
 * that nobody else can hold, and no thread reads: a view of a larger buffer (Node's pool) is left alone.
 *
 * V8 counts what lies outside of its heap, and marks the whole heap each time that another 64 MB came together: with a body
 * and its parts of half a megabyte a request that was five times a second, and the largest single cost of receiving
 * (without it a service takes 1.4 times the spans a CPU second; `npm run bench -- --only http`).
 */
export function freeBytes({ buffer, byteLength }: Uint8Array): void {
  if (!(buffer instanceof ArrayBuffer) || byteLength === 0) return;
  // At another place than the beginning there is as much before it that is another's.
  if (buffer.byteLength - byteLength <= SPARE_BYTES) buffer.transfer(0);
}
