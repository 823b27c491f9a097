import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Checks `Authorization: Bearer TOKEN` (RFC 6750) in a time that does not tell how much of it was right: digests of
 * equal length are compared.
 */
export function createTokenCheck(token: string | undefined): (authorization: string | undefined) => boolean {
  if (token === undefined) return () => true;
  const expected = digest(token);
  return (authorization) => {
    const match = /^Bearer +(\S+) *$/i.exec(authorization ?? '');
    return match !== null && timingSafeEqual(digest(match[1]), expected);
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
