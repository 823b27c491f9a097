import { createHmac } from 'node:crypto';
import type { Clock } from '../runtime/index.ts';
import type { FailureLimiter } from './failure-limiter.ts';
import { sameText } from './same-text.ts';

export const SESSION_COOKIE = 'spanwatch_session';

/** A working day and the night after it. */
const SESSION_MS = 24 * 3_600_000;

export interface Sessions {
  /** Whether it is one of ours that has not run out. */
  check(session: string): boolean;
}

export type LoginOutcome =
  /** For the Set-Cookie header. */
  | { readonly kind: 'granted'; readonly setCookie: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'limited'; readonly retryAfterS: number }
  /** There is no token to log in by: everybody who reaches the server may ask. */
  | { readonly kind: 'needless' };

/** What a login page calls; it is counted with the other failures of its address. */
export interface Logins extends Sessions {
  login(token: string, address: string): LoginOutcome;
  /** For the Set-Cookie header. */
  logout(): string;
}

/**
 * Sessions without a table: the cookie is when it ends, signed by a key made from the token, so that it survives a
 * restart and ends with the token. `SameSite=Strict`: a link from a chat shows the login page once, another site's form
 * carries no session. No `Secure`: there is no TLS here, and a proxy in front may add it.
 */
export function createLogins(token: string | undefined, limiter: FailureLimiter, clock: Clock): Logins {
  const sign = (text: string): string =>
    createHmac('sha256', `spanwatch session 1 ${token ?? ''}`)
      .update(text)
      .digest('base64url');
  const cookie = (value: string, maxAgeS: number): string =>
    `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict`;
  return {
    check: (session) => {
      const match = /^(\d{1,15})\.([\w-]{43})$/.exec(session);
      if (token === undefined || match === null || !sameText(match[2], sign(match[1]))) return false;
      return Number(match[1]) > clock.now();
    },
    login: (shown, address) => {
      if (token === undefined) return { kind: 'needless' };
      const retryAfterS = limiter.blockedForS(address);
      if (retryAfterS > 0) return { kind: 'limited', retryAfterS };
      if (!sameText(shown, token)) {
        limiter.failed(address);
        return { kind: 'refused' };
      }
      const endsAt = String(Math.floor(clock.now() + SESSION_MS));
      return { kind: 'granted', setCookie: cookie(`${endsAt}.${sign(endsAt)}`, SESSION_MS / 1000) };
    },
    logout: () => cookie('', 0),
  };
}
