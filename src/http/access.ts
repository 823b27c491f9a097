import { sameText } from './same-text.ts';
import { SESSION_COOKIE, type Sessions } from './session.ts';

export interface AccessRules {
  readonly token?: string;
  readonly insecure: boolean;
}

export interface AccessRequest {
  readonly authorization: string | undefined;
  readonly host: string | undefined;
  readonly cookie?: string | undefined;
}

export type Access =
  | { readonly kind: 'granted' }
  /** `tried`: a token was shown, and was wrong. */
  | { readonly kind: 'unauthorised'; readonly tried: boolean }
  /** The request came for another host's name. */
  | { readonly kind: 'misdirected' };

/**
 * With a token, whoever sends it, or the cookie of a login by it. Without one (loopback), requests for a loopback name
 * only: a web page whose own name was pointed at 127.0.0.1 (DNS rebinding) sends that name as its Host. `insecure`
 * lifts this too.
 */
export function createAccess(rules: AccessRules, sessions?: Sessions): (request: AccessRequest) => Access {
  const { token, insecure } = rules;
  if (token !== undefined) {
    return ({ authorization, cookie }) => {
      if (authorization !== undefined) {
        return sameText(authorization, `Bearer ${token}`)
          ? { kind: 'granted' }
          : { kind: 'unauthorised', tried: true };
      }
      // No counting here: a signature of 256 bits is not guessed, and an old cookie is no guess.
      const session = cookieOf(cookie, SESSION_COOKIE);
      const known = session !== undefined && sessions?.check(session) === true;
      return known ? { kind: 'granted' } : { kind: 'unauthorised', tried: false };
    };
  }
  if (insecure) return () => ({ kind: 'granted' });
  return ({ host }) => (isLoopback(hostName(host ?? '')) ? { kind: 'granted' } : { kind: 'misdirected' });
}

/**
 * Whether nobody finds the token by trying, however fast: the limit of tries is then no protection, and can let the right
 * one through. Taking the same time for all tokens is not enough for that: a short one must not be told from wrong ones
 * at speed. 20 characters are 80 bits and more, also of hexadecimal digits.
 */
export function isUnguessable(token: string | undefined): boolean {
  return token !== undefined && token.length >= 20;
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

function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const equals = part.indexOf('=');
    if (part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return undefined;
}
