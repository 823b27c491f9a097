import { Type } from '@sinclair/typebox';
import { COMPONENT_KINDS } from '../../domain/component.ts';
import { RULE_MEASURES } from '../../domain/rule.ts';
import { SEVERITIES } from '../../domain/incident.ts';
import { literals, next, nullable, text, time } from './common.ts';
import { deliverySchema } from './delivery.ts';

export const severity = literals(SEVERITIES);
export const incidentState = literals(['open', 'acknowledged', 'resolved']);
export const verdict = literals(['not-an-anomaly', 'normal-now']);
export const unit = literals(['us', 'ratio', 'count']);
export const componentKind = literals(COMPONENT_KINDS);
const share = Type.Number({ description: '0 to 1.' });

const suspectSchema = Type.Object(
  {
    kind: literals(['service', 'dependency', 'instance', 'version', 'host', 'rule']),
    environment: text,
    namespace: text,
    service: text,
    operation: Type.Optional(text),
    peer: Type.Optional(text),
    callers: Type.Optional(
      Type.Object(
        { slow: Type.Integer(), all: Type.Integer() },
        { description: 'Of a peer that several services show: how many do, of those that call it.' },
      ),
    ),
    instance: Type.Optional(text),
    version: Type.Optional(text),
    node: Type.Optional(text),
    owner: Type.Optional(Type.String({ description: 'By an attribute of its resource.' })),
    component: Type.String({ description: 'Key of the component that speaks loudest for it.' }),
    share,
    cause: literals([
      'code',
      'network',
      'cpu',
      'queue',
      'errors',
      'missing-calls',
      'more-calls',
      'new-calls',
      'dependency',
      'rule',
    ]),
    because: Type.Array(text),
    against: Type.Array(text),
    cleared: Type.Optional(
      Type.Array(
        Type.String({ description: 'What is as usual at a neighbour that is therefore not to blame.' }),
      ),
    ),
  },
  { title: 'Suspect' },
);

const ruleSchema = Type.Object(
  {
    name: Type.String(),
    kind: literals(['threshold', 'period', 'burn-rate']),
    measure: literals(RULE_MEASURES),
    side: literals(['above', 'below']),
    windowMs: Type.Number(),
    period: Type.Optional(literals(['day', 'week'])),
    burn: Type.Optional(
      Type.Object({
        rate: Type.Number(),
        factor: Type.Number(),
        shortMs: Type.Number(),
        objective: Type.Number(),
      }),
    ),
  },
  { title: 'RuleBreach', description: 'A static rule that is broken: `expected` is its limit.' },
);

const evidenceSchema = Type.Object(
  {
    component: text,
    kind: componentKind,
    observed: Type.Number(),
    expected: Type.Number(),
    unit,
    p: Type.Number(),
    z: Type.Number(),
    effect: Type.Number(),
    direction: literals(['up', 'down']),
    count: Type.Number(),
    from: time,
    to: time,
    tail: Type.Optional(
      Type.Object(
        { share, usual: share, overUs: Type.Number(), count: Type.Number() },
        {
          description:
            'Told in place of `observed`, where only some requests are slow: which part takes longer than `overUs`.',
        },
      ),
    ),
    sinceOnset: Type.Optional(
      Type.Object(
        { observed: Type.Number(), count: Type.Number() },
        {
          description:
            'Told in place of `observed` and `count`, where these have calm before the onset in them.',
        },
      ),
    ),
    soFar: Type.Optional(
      Type.Literal(true, { description: 'No whole window since the onset was seen: it may be more.' }),
    ),
    rule: Type.Optional(ruleSchema),
  },
  { title: 'Evidence' },
);

const harmSchema = Type.Object(
  {
    share,
    entries: Type.Array(
      Type.Object({
        service: text,
        operation: text,
        hurt: Type.Number(),
        total: Type.Number(),
        observedUs: Type.Number(),
        expectedUs: Type.Number(),
        toldUs: Type.Optional(
          Type.Number({
            description: 'Told in place of `observedUs`, where that has calm before the onset in it.',
          }),
        ),
      }),
    ),
    passedOn: Type.Optional(
      Type.Number({
        description:
          'Where callers answer without what fails: the part of its failures that got through to an entry.',
      }),
    ),
  },
  { title: 'Harm' },
);

const incidentFields = {
  id: Type.String(),
  fingerprint: text,
  state: incidentState,
  revision: Type.Integer({ description: 'Number of the last event; for If-Match.' }),
  lastChange: Type.Optional(
    Type.Integer({ description: 'Number of the last event that was more than new figures.' }),
  ),
  openedAt: time,
  startedAt: time,
  resolvedAt: nullable(time),
  severity,
  openings: Type.Array(
    Type.Object({
      openedAt: time,
      resolvedAt: nullable(time),
      severity,
      suspects: Type.Array(suspectSchema),
    }),
  ),
  firing: Type.Array(Type.Array(time, { minItems: 2, maxItems: 2 }), {
    description: 'Intervals judged anomalous, [from, to).',
  }),
  suspects: Type.Array(suspectSchema, { description: 'As of the first opening.' }),
  finalSuspects: Type.Array(suspectSchema, { description: 'As known now.' }),
  evidence: Type.Array(evidenceSchema),
  exemplars: Type.Array(
    Type.Object({ traceId: Type.String(), typicalTraceId: Type.Optional(Type.String()) }),
  ),
  harm: harmSchema,
  changes: Type.Optional(
    Type.Array(
      Type.Object({
        ...{ environment: text, namespace: text, service: text, from: text, to: text },
        at: time,
      }),
      { description: 'Suspects that began to run another version shortly before, newest first.' },
    ),
  ),
  acknowledgedBy: Type.Optional(text),
  resolvedBy: Type.Optional(text),
  notes: Type.Array(Type.Object({ at: time, by: text, text })),
  feedback: Type.Optional(Type.Array(Type.Object({ at: time, by: text, verdict }))),
};

export const incidentSchema = Type.Object(incidentFields, { title: 'Incident' });

export const eventType = literals([
  'opened',
  'updated',
  'escalated',
  'reopened',
  'resolved',
  'acknowledged',
  'noted',
  'feedback',
]);

/** An event without what the incident says already. */
export const timelineEntrySchema = Type.Object(
  {
    sequence: Type.Integer(),
    at: time,
    type: eventType,
    severity: Type.Optional(severity),
    from: Type.Optional(severity),
    suspect: Type.Optional(
      Type.String({ description: 'Service of the first suspect; a peer that several services show.' }),
    ),
    by: Type.Optional(text),
    text: Type.Optional(text),
    verdict: Type.Optional(verdict),
  },
  { title: 'TimelineEntry' },
);

export const incidentDetailSchema = Type.Object(
  {
    ...incidentFields,
    timeline: Type.Array(timelineEntrySchema, {
      description: 'Its events in order, without updates that changed neither severity nor first suspect.',
    }),
    tickets: Type.Array(Type.Object({ label: Type.String({ description: 'Its key.' }), url: Type.String() })),
    deliveries: Type.Array(deliverySchema, { description: 'Who was told what, oldest first; the last 500.' }),
  },
  { title: 'IncidentDetail' },
);

export const incidentPageSchema = Type.Object({ incidents: Type.Array(incidentSchema), next });
