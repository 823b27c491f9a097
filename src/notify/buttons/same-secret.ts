import { createHash, timingSafeEqual } from 'node:crypto';

/** Takes the same time wherever the texts differ, and whatever their lengths: digests are compared. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
