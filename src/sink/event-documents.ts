import { parseComponent } from '../domain/component-grammar.ts';
import type { Component } from '../domain/component.ts';
import type { Evidence } from '../domain/evidence.ts';
import type { Incident, IncidentEvent } from '../domain/incident.ts';
import type { SinkDocument } from './document.ts';
import {
  type Fields,
  headline,
  incidentFields,
  isoTime,
  serviceFields,
  suspectFields,
} from './incident-fields.ts';
import { incidentIndex, indexNames } from './sink-config.ts';

/** The incident as it is now, what happened to it, and the evidence behind that, each a document of its own. */
export function eventDocuments(prefix: string, incident: Incident, event: IncidentEvent): SinkDocument[] {
  const { events } = indexNames(prefix);
  const then = asOf(incident, event);
  const shared = {
    '@timestamp': isoTime(event.at),
    service: serviceFields(then.finalSuspects.at(0)),
  };
  const id = `${event.incidentId}-${event.sequence}`;
  const happened: SinkDocument = {
    index: events,
    id,
    version: 'create',
    body: {
      ...shared,
      message: headline(then),
      event: {
        kind: 'event',
        dataset: 'spanwatch.event',
        action: event.type,
        sequence: event.sequence,
        ...(event.type === 'noted' && { reason: event.text }),
      },
      ...('by' in event && event.by !== undefined && { user: { name: event.by } }),
      spanwatch: { incident: { ...incidentFields(then), ...suspectFields(then.finalSuspects) } },
    },
  };
  const evidence = 'evidence' in event ? event.evidence : [];
  return [
    happened,
    ...evidence.map((one, i): SinkDocument => ({
      index: events,
      id: `${id}-e${i + 1}`,
      version: 'create',
      body: {
        ...shared,
        event: {
          kind: 'metric',
          dataset: 'spanwatch.evidence',
          action: event.type,
          sequence: event.sequence,
        },
        spanwatch: {
          incident: { id: incident.id, severity: then.severity },
          component: componentFields(one.component),
          evidence: evidenceFields(one),
        },
      },
    })),
  ];
}

/** One document for each incident, that of its last revision. */
export function incidentDocument(prefix: string, incident: Incident, body: Fields): SinkDocument {
  return {
    index: incidentIndex(prefix, incident.openedAt),
    id: incident.id,
    version: incident.revision,
    body,
  };
}

/** State, severity and suspects as the event left them: the incident itself may be further by now. */
function asOf(incident: Incident, event: IncidentEvent): Incident {
  const judged =
    'suspects' in event ? { finalSuspects: event.suspects, severity: event.severity, harm: event.harm } : {};
  const states = {
    acknowledged: 'acknowledged',
    resolved: 'resolved',
    opened: 'open',
    reopened: 'open',
  } as const;
  const state = event.type in states ? { state: states[event.type as keyof typeof states] } : {};
  return { ...incident, ...judged, ...state, revision: event.sequence };
}

/** `spanwatch.component.*`: what the grammar's key says, as fields. */
export function componentFields(key: string, component: Component = parseComponent(key)): Fields {
  const { kind, service, operation, callee, calleeOperation, peer, instance, version } = component;
  return {
    key,
    kind,
    service: service.name,
    ...(operation !== undefined && { operation }),
    ...(callee !== undefined && { callee: callee.name }),
    ...(calleeOperation !== undefined && { callee_operation: calleeOperation }),
    ...(peer !== undefined && { peer }),
    ...(instance !== undefined && { instance }),
    ...(version !== undefined && { version }),
  };
}

function evidenceFields({
  observed,
  expected,
  unit,
  p,
  z,
  effect,
  direction,
  count,
  ...of
}: Evidence): Fields {
  const plain = (value: number): number => (unit === 'us' ? value / 1e6 : value);
  return {
    observed: plain(observed),
    expected: plain(expected),
    unit: unit === 'us' ? 's' : unit,
    ...{ p, z, effect, direction, count, from: isoTime(of.fromMs), to: isoTime(of.toMs) },
  };
}
