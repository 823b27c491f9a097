import type { Incident, IncidentNews } from '../domain/incident.ts';
import type { Message } from '../domain/message.ts';
import { printable } from '../domain/printable.ts';
import { clauseOfIncident } from './compose.ts';

/** A line as stores of logs have it, already redacted. */
interface Line {
  readonly atMs: number;
  readonly text: string;
  readonly level: string;
  readonly service: string;
}

/** A chat's line; the page has it all. */
const MAX_LINE = 300;

/** `03:12:07.123 ERROR payment: no route to host`: one line each. */
export function logLines(lines: readonly Line[]): readonly string[] {
  return lines.map(({ atMs, text, level, service }) => {
    const time = new Date(Math.min(Math.max(0, atMs), MAX_DATE_MS)).toISOString().slice(11, 23);
    const who = [level.toUpperCase(), service].filter((part) => part !== '').join(' ');
    return printable(`${time} ${who === '' ? '' : `${who}: `}${text}`, MAX_LINE);
  });
}

/** The latest time whose text has four digits of a year. */
const MAX_DATE_MS = 253_402_300_799_999;

/**
 * The one message that brings log lines to a channel that cannot edit what it said: what the incident is, the lines, and
 * where there is more. `whole` is the message about the incident as it stands.
 */
export function composeLateLogs(whole: Message, incident: Incident, event: IncidentNews): Message {
  const { locale, severity } = whole;
  const clause = clauseOfIncident(incident, event, locale);
  return {
    ...whole,
    title: locale === 'zh' ? `${severity} 日志：${clause}` : `${severity} log lines: ${clause}`,
    summary:
      locale === 'zh'
        ? '上一条通知发出时日志尚未到达；以下是该请求的日志。'
        : 'They came after the message about it; these are what its trace logged.',
    facts: whole.facts.slice(-1),
    suspects: [],
    evidence: [],
    nextSteps: [],
  };
}
