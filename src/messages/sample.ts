import type { Evidence } from '../domain/evidence.ts';
import type { Incident, IncidentEvent, Severity } from '../domain/incident.ts';
import type { Locale, Message } from '../domain/message.ts';
import type { Suspect } from '../domain/suspect.ts';
import { CATALOGUES, composeMessage, type MessageLinks } from './compose.ts';

const FIRING_MS = 5 * 60_000;
/** What the sample claims: nobody should be woken by a test at the highest one. */
const SEVERITY: Severity = 'P2';

/** A message that looks as a real one would, marked as a test in its title and summary. */
export function sampleMessage(
  type: 'opened' | 'resolved',
  {
    locale,
    nowMs,
    links,
    incidentId: id = `test-${Math.floor(nowMs)}`,
  }: {
    readonly locale: Locale;
    readonly nowMs: number;
    readonly links: MessageLinks;
    /** Of an earlier sample, whose end this is; absent: a new one. */
    readonly incidentId?: string | undefined;
  },
): Message {
  const startedAt = nowMs - FIRING_MS;
  const judged = {
    severity: SEVERITY,
    suspects: [SUSPECT],
    evidence: [evidence(startedAt, nowMs)],
    exemplars: [
      { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', typicalTraceId: '0af7651916cd43dd8448eb211c80319c' },
    ],
    harm: { share: 0.34, entries: [] },
    firing: [[startedAt, nowMs]] as const,
  };
  const sequence = type === 'opened' ? 1 : 2;
  const incident: Incident = {
    ...judged,
    id,
    fingerprint: 'test',
    state: type === 'opened' ? 'open' : 'resolved',
    revision: sequence,
    openedAt: startedAt,
    startedAt,
    resolvedAt: type === 'opened' ? null : nowMs,
    openings: [{ openedAt: startedAt, resolvedAt: null, severity: SEVERITY, suspects: [SUSPECT] }],
    finalSuspects: [SUSPECT],
    notes: [],
  };
  const common = { incidentId: id, sequence, at: nowMs };
  const event: IncidentEvent =
    type === 'opened'
      ? { ...common, ...judged, type, fingerprint: 'test', startedAt }
      : { ...common, type, firing: judged.firing };
  const message = composeMessage({ incident, event, locale, links });
  const { sample, between } = CATALOGUES[locale];
  return {
    ...message,
    test: true,
    title: sample.title(message.title),
    summary: `${sample.summary}${between.sentences}${message.summary}`,
  };
}

const SUSPECT: Suspect = {
  kind: 'service',
  environment: '',
  namespace: '',
  service: 'payment',
  operation: 'Charge',
  component: 'self(payment, Charge)',
  share: 0.62,
  cause: 'code',
  because: ['self(payment, Charge)'],
  against: [],
};

function evidence(fromMs: number, toMs: number): Evidence {
  return {
    component: 'self(payment, Charge)',
    kind: 'self',
    observed: 182_000,
    expected: 41_000,
    unit: 'us',
    p: 1e-12,
    z: 9,
    effect: 4.4,
    direction: 'up',
    count: 320,
    fromMs,
    toMs,
  };
}
