import type { FastifyRequest } from 'fastify';
import type { Locale } from '../../domain/message.ts';

/** What pages read of a request: all of it is untrusted, and what makes no sense is as if it were absent. */

export const BY_COOKIE = 'spanwatch_by';
export const LANGUAGE_COOKIE = 'spanwatch_lang';
const MOST_BY = 100;

/** One value of the query, cut; '' when absent or given twice. */
export function queryText(request: FastifyRequest, name: string, maxLength = 100): string {
  const value = (request.query as Record<string, unknown>)[name];
  return typeof value === 'string' ? value.slice(0, maxLength) : '';
}

export function languageOf(request: FastifyRequest, standard: Locale): Locale {
  const asked = queryText(request, 'lang') || cookie(request, LANGUAGE_COOKIE);
  return asked === 'en' || asked === 'zh' ? asked : standard;
}

/** The name that a reader gave with the last form. */
export function byOf(request: FastifyRequest): string {
  try {
    return decodeURIComponent(cookie(request, BY_COOKIE)).slice(0, MOST_BY);
  } catch {
    return '';
  }
}

export function cookie({ headers }: FastifyRequest, name: string): string {
  for (const part of headers.cookie?.split(';') ?? []) {
    const equals = part.indexOf('=');
    if (part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return '';
}

/** For a Set-Cookie header: kept for a year, and not sent along from other sites. */
export function keptCookie(name: string, value: string): string {
  return `${name}=${encodeURIComponent(value.toWellFormed())}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict`;
}

/** A field of a form, cut; '' when absent. */
export function field(body: unknown, name: string, maxLength: number): string {
  return body instanceof URLSearchParams ? (body.get(name) ?? '').trim().slice(0, maxLength) : '';
}

/** A path of this server, or its front page: a login must not send people elsewhere. */
export function ownPath(text: string): string {
  return /^\/(?![/\\])[^\s\\]*$/.test(text) ? text : '/';
}
