import type { Incident } from '../../../src/domain/incident.ts';
import type { ComponentNow } from '../../../src/history/port.ts';
import type { HttpParts } from '../../../src/http/port.ts';
import { printComponent } from '../../../src/domain/component-grammar.ts';
import { incidentWords } from '../../../src/messages/index.ts';
import type { KeptTrace } from '../../../src/traces/port.ts';
import { anIncident, aSuspect, HARM, opened, OPENED_AT, someEvidence } from '../../doubles/incident-story.ts';
import { incidentsOf } from '../test-server.ts';

/** An incident in which everything that a span may name is named `text`. */
export function storyOf(text: string): { readonly incident: Incident; readonly parts: Partial<HttpParts> } {
  const service = { environment: text, namespace: '', name: text };
  const self = printComponent({ kind: 'self', service, operation: text });
  const calls = printComponent({
    kind: 'calls',
    service,
    operation: text,
    callee: { ...service, environment: '' },
    calleeOperation: text,
  });
  const dependency = printComponent({ kind: 'dependency', service, peer: text });
  const incident = anIncident({
    acknowledgedBy: text,
    finalSuspects: [
      aSuspect({ service: text, environment: text, operation: text, component: self, because: [self] }),
      aSuspect({ kind: 'dependency', service: text, peer: text, component: dependency, against: [self] }),
    ],
    evidence: [self, calls, dependency, self, self].map((component) => someEvidence({ component })),
    harm: { ...HARM, entries: [{ ...HARM.entries[0], service: text, operation: text }] },
    notes: [{ at: OPENED_AT, by: text, text }],
    state: 'acknowledged',
  });
  const now = [self, calls, dependency].map((component): ComponentNow => ({
    component,
    kind: component === self ? 'self' : component === calls ? 'calls' : 'dependency',
    unit: component === calls ? 'count' : 'us',
    count: 10,
    observed: 1000,
    lastSeenMs: OPENED_AT,
  }));
  const delivery = {
    id: `${incident.id}-1/${text}`,
    channel: text,
    incidentId: incident.id,
    message: { event: 'opened', title: text },
    state: 'dead',
    attempts: 2,
    enqueuedAt: OPENED_AT,
    nextAttemptAt: OPENED_AT,
    reason: text,
  };
  return {
    incident,
    parts: {
      incidents: {
        ...incidentsOf([incident]),
        events: () =>
          Promise.resolve([
            opened(incident),
            { incidentId: incident.id, sequence: 2, at: OPENED_AT, type: 'acknowledged', by: text },
            { incidentId: incident.id, sequence: 3, at: OPENED_AT, type: 'noted', by: text, text },
          ]),
      },
      logs: {
        logs: () =>
          Promise.resolve({
            ...{ at: OPENED_AT, opening: OPENED_AT },
            traces: (['slow', 'typical'] as const).map((role) => ({
              ...{ traceId: text, role, more: true },
              lines: [{ atMs: OPENED_AT, text, level: 'error', service: text }],
            })),
          }),
        link: () => `https://logs.example/?q=${encodeURIComponent(text.toWellFormed())}`,
      },
      status: () => ({ model: { name: text }, [text]: text }),
      feedback: {
        list: () =>
          Promise.resolve([
            {
              ...{ id: `${incident.id}${text}`, by: text, at: OPENED_AT, expiresAt: 8e15, followed: 'part' },
              floors: [{ component: self, direction: 'up', least: 1 }],
              limitedBy: [text],
            },
          ]),
        revoke: (id, by) =>
          Promise.resolve(
            by === '?' ? { kind: 'missing' } : { kind: 'refused', reason: `${id} is <revoked> already` },
          ),
      },
      history: {
        now: () => now,
        series: ({ component }) =>
          Promise.resolve({
            component,
            kind: 'self',
            unit: 'us',
            widthMs: 10_000,
            points: [1, 2, 3].map((n) => ({
              atMs: OPENED_AT + n * 10_000,
              widthMs: 10_000,
              count: 5,
              mean: n,
            })),
          }),
      },
      command: () => Promise.resolve({ kind: 'refused', reason: text }),
      outbox: {
        list: () => Promise.resolve({ deliveries: [delivery] }),
        resend: () => Promise.resolve({ kind: 'refused', reason: text }),
        drop: () => Promise.resolve({ kind: 'missing' }),
      },
      pages: {
        locale: 'en',
        words: { en: incidentWords('en'), zh: incidentWords('zh') },
        traces: { trace: (id) => Promise.resolve(traceOf(id, text)) },
        now: () => OPENED_AT + 60_000,
        traceUrl: 'http://jaeger/trace/{traceId}',
      },
    },
  };
}

function traceOf(traceId: string, text: string): KeptTrace {
  const span = { service: text, operation: text, kind: 'server', failed: false, peer: text } as const;
  return {
    traceId,
    startMs: OPENED_AT,
    omitted: 3,
    spans: [
      { ...span, spanId: 'aaaaaaaaaaaaaaaa', parentId: '', startUs: 0, durationUs: 90_000 },
      {
        ...span,
        spanId: 'bbbbbbbbbbbbbbbb',
        parentId: 'aaaaaaaaaaaaaaaa',
        startUs: 1000,
        durationUs: 80_000,
        failed: true,
      },
    ],
  };
}

/** Names as a hostile sender would choose them. */
export const HOSTILE: readonly string[] = [
  '<script>window.pwned=1</script>',
  '"><img src=x onerror="window.pwned=1">',
  "'><svg onload=window.pwned=1>",
  '</script><script>window.pwned=1</script>',
  '</title></style></textarea><iframe srcdoc="<script>parent.pwned=1</script>">',
  '<!channel> <@U123> @everyone',
  'javascript:window.pwned=1',
  '<!--<script>',
  '\u202egnp.exe\u202c \u2066x\u2069',
  'a\u0000b\u001b[31m\u0085c\r\nd',
  '${window.pwned=1} {{7*7}} %3Cscript%3E &lt;b&gt;',
  '\ud800 lone \udfff',
  '支付-服务 🚀',
  'x'.repeat(200),
];
