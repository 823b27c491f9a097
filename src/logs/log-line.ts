import { printable } from '../domain/printable.ts';
import { type JsonValue, parseJson } from '../runtime/index.ts';
import type { LogLine, RawLogLine } from './port.ts';
import type { Redact } from './redact.ts';

/** What a page shows of a line, and of a name. */
const MAX_TEXT = 1_000;
const MAX_SERVICE = 100;
/** A JSON line is read for its message when it is no longer than this. */
const MAX_JSON = 100_000;

const MESSAGE_KEYS = ['message', 'msg', 'body', 'log', 'event', 'error'];
const LEVEL_KEYS = ['level', 'severity', 'severity_text', 'log.level', 'lvl'];

/** A line as it may be told: the message of a JSON line, redacted, on one line, cut. */
export function tellable(raw: RawLogLine, redact: Redact): LogLine {
  const { text, level } = unwrapped(raw);
  return {
    atMs: raw.atMs,
    text: printable(redact(text), MAX_TEXT),
    level: levelOf(level),
    service: printable(raw.service, MAX_SERVICE),
  };
}

/** Loggers write JSON; people want its message. Everything else in it stays out. */
function unwrapped({ text, level }: RawLogLine): { readonly text: string; readonly level: string } {
  if (!text.startsWith('{') || text.length > MAX_JSON) return { text, level };
  const parsed = parseJson(text);
  if (!parsed.ok || parsed.value === null || typeof parsed.value !== 'object' || Array.isArray(parsed.value))
    return { text, level };
  const { value } = parsed;
  const message = firstText(value, MESSAGE_KEYS);
  return message === undefined
    ? { text, level }
    : { text: message, level: level === '' ? (firstText(value, LEVEL_KEYS) ?? '') : level };
}

function firstText(value: { [key: string]: JsonValue }, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const found = Object.hasOwn(value, key) ? value[key] : undefined;
    if (typeof found === 'string' && found !== '') return found;
  }
  return undefined;
}

/** One of four words, whatever the logger calls them (syslog, log4j, pino's numbers, OTel's severities). */
function levelOf(text: string): string {
  const word = text.trim().toLowerCase();
  if (/^(err|error|fatal|crit|critical|alert|emerg|emergency|panic|severe|50|60)\d?$/.test(word))
    return 'error';
  if (/^(warn|warning|40)\d?$/.test(word)) return 'warn';
  if (/^(info|information|informational|notice|30)\d?$/.test(word)) return 'info';
  if (/^(debug|trace|verbose|fine|finer|finest|10|20)\d?$/.test(word)) return 'debug';
  return '';
}
