import type { Severity } from '../../domain/incident.ts';
import type { Message } from '../../domain/message.ts';
import { printable } from '../../domain/printable.ts';
import type { Runtime } from '../../runtime/index.ts';
import { renderWithin } from '../bounded-message.ts';
import { checkUrl, outcomeByStatus, post } from '../http.ts';
import { answerObject } from '../json-answer.ts';
import { LABELS, traceLabel } from '../labels.ts';
import type { Channel, PagerDutyConfig } from '../port.ts';

/** PagerDuty/developer-docs, "Events API v2 overview": at most 512 KB; what a person reads is far less. */
const MAX_BODY_BYTES = 100_000;
const MAX_SUMMARY = 1024;
const MAX_DEDUP_KEY = 255;
/** The same page: some 120 events a minute and key; beyond that 429. */
const PACE = { perMinute: 100, burst: 5 };

const SEVERITY: Readonly<Record<Severity, string>> = {
  P0: 'critical',
  P1: 'error',
  P2: 'warning',
  P3: 'info',
};

/**
 * PagerDuty by its Events API v2: the phone and SMS path. An incident is one alert by its `dedup_key`: opened by
 * `trigger`, taken by `acknowledge`, ended by `resolve`; a returning one makes a new alert, since a resolved key never
 * reopens. Each event is for a program: nothing is summed up. Throws on an address that cannot be used.
 */
export function createPagerDuty(config: PagerDutyConfig, runtime: Runtime): Channel {
  const url = checkUrl(config.name, config.url);
  return {
    name: config.name,
    pace: PACE,
    forPrograms: true,
    deliver: async (message, _receipt, signal) => {
      const body = renderWithin(message, MAX_BODY_BYTES, (reduced) =>
        JSON.stringify(pagerDutyEvent(reduced, config.routingKey)),
      );
      const headers = { 'content-type': 'application/json' };
      const answer = await post({ url, headers, body, signal }, config);
      if (answer.kind === 'failed') return { kind: 'retry', reason: answer.reason };
      const byStatus = outcomeByStatus(answer, runtime.clock);
      if (byStatus !== undefined) return byStatus;
      return answerObject(answer.text)?.['status'] === 'success'
        ? { kind: 'sent' }
        : { kind: 'retry', reason: `HTTP ${answer.status} without PagerDuty's answer in the body` };
    },
  };
}

function pagerDutyEvent(message: Message, routingKey: string): object {
  const { event, severity, title, incidentId, createdAt, suspects } = message;
  const base = { routing_key: routingKey, dedup_key: printable(incidentId, MAX_DEDUP_KEY) };
  if (event === 'resolved') return { ...base, event_action: 'resolve' };
  // Of notes only what somebody said of the incident comes here: they are on it, and nobody else is to be called.
  if (event === 'acknowledged' || event === 'noted') return { ...base, event_action: 'acknowledge' };
  return {
    ...base,
    event_action: 'trigger',
    payload: {
      summary: printable(title, MAX_SUMMARY) || 'Spanwatch',
      source: 'spanwatch',
      severity: SEVERITY[severity],
      timestamp: new Date(createdAt).toISOString(),
      ...(suspects[0] === undefined ? {} : { component: suspects[0].name }),
      class: event,
      custom_details: {
        ...(message.test === true && { test: true }),
        summary: message.summary,
        facts: Object.fromEntries(message.facts.map(({ label, value }) => [label, value])),
        suspects: suspects.map(({ name, share, why }) => `${name} (${Math.round(share * 100)}%): ${why}`),
        evidence: message.evidence,
        next_steps: message.nextSteps,
      },
    },
    links: linksOf(message),
    client: 'Spanwatch',
  };
}

function linksOf({ links, traces, locale }: Message): object[] {
  return [
    ...links.map(({ label, url }) => ({ href: new URL(url).href, text: label })),
    ...traces.flatMap((trace) =>
      trace.url === undefined
        ? []
        : [{ href: new URL(trace.url).href, text: traceLabel(trace, LABELS[locale], traces) }],
    ),
  ];
}
