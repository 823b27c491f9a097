import { createHash, timingSafeEqual } from 'node:crypto';

export interface AccessRules {
  readonly token?: string;
  readonly insecure: boolean;
}

export interface AccessRequest {
  readonly authorization: string | undefined;
  readonly host: string | undefined;
}

export type Access =
  | { readonly kind: 'granted' }
  | { readonly kind: 'unauthorised' }
  /** The request came for another host's name. */
  | { readonly kind: 'misdirected' };

/**
 * With a token, whoever sends it. Without one (loopback), requests for a loopback name only: a web page whose own name
 * was pointed at 127.0.0.1 (DNS rebinding) sends that name as its Host. `insecure` lifts this too.
 */
export function createAccess(rules: AccessRules): (request: AccessRequest) => Access {
  const { token, insecure } = rules;
  if (token !== undefined) {
    return ({ authorization }) =>
      sameText(authorization ?? '', `Bearer ${token}`) ? { kind: 'granted' } : { kind: 'unauthorised' };
  }
  if (insecure) return () => ({ kind: 'granted' });
  return ({ host }) => (isLoopback(hostName(host ?? '')) ? { kind: 'granted' } : { kind: 'misdirected' });
}

/** Loopback is 127.0.0.0/8, ::1 and the name localhost. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function hostName(header: string): string {
  return header
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
}

/** Takes the same time wherever the texts differ, and whatever their lengths: digests are compared. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
