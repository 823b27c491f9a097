import type { Incident, IncidentEvent, IncidentNews } from '../domain/incident.ts';
import { printable } from '../domain/printable.ts';
import type { Locale, Message } from '../domain/message.ts';
import { CATALOGUES } from './compose.ts';
import { composeDigest } from './digest.ts';

/** The fact that says why a message comes again, or to somebody else: nobody is on it. */
export function unacknowledgedFact(sinceMs: number, locale: Locale): Message['facts'][number] {
  const duration = CATALOGUES[locale].duration(sinceMs);
  return locale === 'zh'
    ? { label: '无人确认', value: `已 ${duration}` }
    : { label: 'Nobody is on it', value: `for ${duration}` };
}

/** A name as a person types it; a longer one is cut. */
const MAX_NAME = 200;

/** What somebody said of an incident, as an event that a message can be about. */
export function feedbackNews(
  { incidentId, sequence, at, by, verdict }: Extract<IncidentEvent, { readonly type: 'feedback' }>,
  locale: Locale,
): IncidentNews & { readonly type: 'noted' } {
  const none = verdict === 'not-an-anomaly';
  const who = printable(by, MAX_NAME);
  const text =
    locale === 'zh'
      ? `${who} 认为${none ? '这不是异常' : '这是新的常态'}，不再升级提醒。`
      : `${who} says that ${none ? 'this is no anomaly' : 'this is normal now'}: nobody else is called.`;
  return { type: 'noted', incidentId, sequence, at, by, text };
}

/** The day's incidents that nobody was told of, one line each for the first; not to be called without any. */
export function composeDailyDigest(
  messages: readonly Message[],
  nowMs: number,
  locale: Locale,
): Omit<Message, 'id' | 'incidentId' | 'sequence' | 'event'> {
  const count = messages.length;
  return {
    ...composeDigest({ messages, count, nowMs }, locale),
    title:
      locale === 'zh'
        ? `每日摘要：${count} 个轻微异常`
        : `Daily digest: ${count} slight ${count === 1 ? 'anomaly' : 'anomalies'}`,
    summary:
      locale === 'zh'
        ? '以下异常未单独通知；全部列于页面。'
        : 'Nobody was told of these when they opened; the pages have them all.',
  };
}

/** One message for openings that came together. */
export function composeGroup(
  subject: Parameters<typeof composeDigest>[0],
  locale: Locale,
): ReturnType<typeof composeDigest> {
  const count = subject.messages.length;
  return {
    ...composeDigest(subject, locale),
    title: locale === 'zh' ? `另有 ${count} 个事件同时发生` : `${count} more incidents opened together`,
    summary:
      locale === 'zh'
        ? '它们紧随前一条通知而来；以下为最严重的几个。'
        : 'They came right after the one told before; below are the gravest.',
  };
}

/** The incident as it stands as an event, for a message that no event causes. */
export function standingEvent(incident: Incident, type: 'opened' | 'updated', at: number): IncidentNews {
  const { id: incidentId, revision: sequence, fingerprint, startedAt, severity, finalSuspects } = incident;
  const { evidence, exemplars, harm, firing } = incident;
  const judged = { severity, suspects: finalSuspects, evidence, exemplars, harm, firing };
  const base = { incidentId, sequence, at, ...judged };
  return type === 'opened' ? { type, ...base, fingerprint, startedAt } : { type, ...base };
}
