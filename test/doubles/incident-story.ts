import type { Evidence } from '../../src/domain/evidence.ts';
import type { Harm, Incident, IncidentNews, Severity } from '../../src/domain/incident.ts';
import type { Message } from '../../src/domain/message.ts';
import type { Suspect } from '../../src/domain/suspect.ts';

/** 2026-03-07 03:12:40 UTC: what the stories start at. */
export const STARTED_AT = Date.UTC(2026, 2, 7, 3, 12, 40);
export const OPENED_AT = STARTED_AT + 35_000;

export function aSuspect(over: Partial<Suspect> = {}): Suspect {
  return {
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
    ...over,
  };
}

export function someEvidence(over: Partial<Evidence> = {}): Evidence {
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
    fromMs: STARTED_AT,
    toMs: STARTED_AT + 30_000,
    ...over,
  };
}

export const HARM: Harm = {
  share: 0.34,
  entries: [
    {
      service: 'frontend',
      operation: 'POST /checkout',
      hurt: 120,
      total: 350,
      observedUs: 1_200_000,
      expectedUs: 310_000,
    },
  ],
};

export const EXEMPLARS = [
  { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', typicalTraceId: '0af7651916cd43dd8448eb211c80319c' },
];

export function judged(over: Partial<JudgedParts> = {}): JudgedParts {
  return {
    severity: 'P1',
    suspects: [
      aSuspect(),
      aSuspect({
        service: 'shipping',
        component: 'self(shipping, Quote)',
        because: [],
        operation: 'Quote',
        share: 0.2,
      }),
    ],
    evidence: [someEvidence()],
    exemplars: EXEMPLARS,
    harm: HARM,
    firing: [[STARTED_AT, STARTED_AT + 30_000]],
    ...over,
  };
}

type JudgedParts = Pick<Incident, 'severity' | 'suspects' | 'evidence' | 'exemplars' | 'harm' | 'firing'>;

/** An incident as its first event leaves it. */
export function anIncident(over: Partial<Incident> = {}): Incident {
  const parts = judged();
  return {
    id: '20260307T031240-payment',
    fingerprint: 'service payment',
    state: 'open',
    revision: 1,
    openedAt: OPENED_AT,
    startedAt: STARTED_AT,
    resolvedAt: null,
    openings: [{ openedAt: OPENED_AT, resolvedAt: null, severity: parts.severity, suspects: parts.suspects }],
    finalSuspects: parts.suspects,
    notes: [],
    ...parts,
    ...over,
  };
}

export function opened(incident: Incident): IncidentNews {
  return {
    incidentId: incident.id,
    sequence: 1,
    at: incident.openedAt,
    type: 'opened',
    fingerprint: incident.fingerprint,
    startedAt: incident.startedAt,
    ...partsOf(incident),
  };
}

export function updated(incident: Incident, sequence: number, over: Partial<JudgedParts> = {}): IncidentNews {
  const at = OPENED_AT + sequence * 10_000;
  return { incidentId: incident.id, sequence, at, type: 'updated', ...partsOf(incident), ...over };
}

export function escalated(incident: Incident, sequence: number, from: Severity): IncidentNews {
  const at = OPENED_AT + sequence * 10_000;
  return { incidentId: incident.id, sequence, at, type: 'escalated', from, ...partsOf(incident) };
}

export function resolved(incident: Incident, sequence: number, at: number): IncidentNews {
  return { incidentId: incident.id, sequence, at, type: 'resolved', firing: incident.firing };
}

function partsOf(incident: Incident): JudgedParts {
  const { severity, suspects, evidence, exemplars, harm, firing } = incident;
  return { severity, suspects, evidence, exemplars, harm, firing };
}

/** A message as composed, without the composer. */
export function aMessage(over: Partial<Message> = {}): Message {
  const incidentId = over.incidentId ?? '20260307T031240-payment';
  const sequence = over.sequence ?? 1;
  return {
    id: `${incidentId}-${sequence}`,
    incidentId,
    sequence,
    event: 'opened',
    severity: 'P1',
    locale: 'en',
    createdAt: OPENED_AT,
    title: 'P1 payment is slow: 4.4x since 03:12 UTC',
    summary: 'payment is slow: 4.4x, since 2026-03-07 03:12:40 UTC. 34% of all entry traffic is hit.',
    facts: [
      { label: 'Since', value: '2026-03-07 03:12:40 UTC' },
      { label: 'Hit', value: '34% of entry traffic' },
    ],
    suspects: [
      { rank: 1, name: 'payment', share: 0.62, why: 'the time goes in its own code (182 ms against 41 ms)' },
      { rank: 2, name: 'payment → redis', share: 0.2, why: 'the time is spent waiting for this call' },
    ],
    evidence: ['own time of payment Charge: 182 ms against 41 ms (4.4x), 320 seen'],
    traces: [
      { role: 'slow', traceId: EXEMPLARS[0].traceId, url: `http://jaeger/trace/${EXEMPLARS[0].traceId}` },
      {
        role: 'typical',
        traceId: EXEMPLARS[0].typicalTraceId,
        url: `http://jaeger/trace/${EXEMPLARS[0].typicalTraceId}`,
      },
    ],
    logs: [],
    nextSteps: ['Open the slow trace beside the typical one', 'Check what changed in payment'],
    links: [],
    ...over,
  };
}
