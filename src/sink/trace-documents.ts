import { createHash } from 'node:crypto';
import type { ComponentKind } from '../domain/component.ts';
import type { Incident } from '../domain/incident.ts';
import type { KeptTrace } from '../traces/port.ts';
import type { SinkDocument } from './document.ts';
import { componentFields } from './event-documents.ts';
import { type Fields, isoTime } from './incident-fields.ts';
import type { JudgedPart, JudgedTrace } from './port.ts';
import { indexNames } from './sink-config.ts';

/** Components of one trace that are written, those that differ most first: a trace of 500 spans has hundreds. */
const MOST_PARTS = 40;
const MOST_SERVICES = 100;
/** 48 bits tell 40 components apart. */
const ID_DIGITS = 12;
/** The others are of many traces together: arrivals, shares of odd ones. */
const TELLING: ReadonlySet<ComponentKind> = new Set([
  'self',
  'dependency',
  'request',
  'response',
  'total',
  'error',
  'calls',
  'queue',
]);

export interface TracePair {
  readonly kept: KeptTrace;
  readonly judged: JudgedTrace;
  /** A trace of the same entry as it usually is. */
  readonly typical?: { readonly kept: KeptTrace; readonly judged: JudgedTrace };
}

interface Context {
  readonly index: string;
  readonly id: string;
  /** In every document of the trace. */
  readonly shared: Fields;
  readonly whose: Fields;
}

/** An anomalous trace, and each of its components beside the typical trace and what was learned. */
export function traceDocuments(
  prefix: string,
  incident: Pick<Incident, 'id' | 'severity'>,
  pair: TracePair,
): SinkDocument[] {
  const { kept, judged, typical } = pair;
  const context: Context = {
    index: indexNames(prefix).traces,
    id: `${incident.id}-${kept.traceId}`,
    shared: { '@timestamp': isoTime(kept.startMs), trace: { id: kept.traceId } },
    whose: { id: incident.id, severity: incident.severity },
  };
  const usual = new Map(typical?.judged.parts.map((part) => [part.key, part]));
  const parts = telling(judged.parts, usual).map((one) => partDocument(context, one));
  return [wholeDocument(context, pair), ...parts];
}

function wholeDocument(
  { index, id, shared, whose }: Context,
  { kept, judged, typical }: TracePair,
): SinkDocument {
  const body = {
    ...shared,
    service: { name: judged.service },
    transaction: { name: judged.operation },
    event: {
      kind: 'event',
      dataset: 'spanwatch.trace',
      duration: Math.round(judged.durationUs * 1000),
      outcome: judged.failed ? 'failure' : 'success',
    },
    spanwatch: {
      incident: whose,
      trace: {
        duration: judged.durationUs / 1e6,
        spans: kept.spans.length + kept.omitted,
        services: [...new Set(kept.spans.map(({ service }) => service))].slice(0, MOST_SERVICES),
        ...(judged.score !== undefined && { score: judged.score }),
        ...(judged.outlier !== undefined && { outlier: judged.outlier }),
        ...(typical !== undefined && {
          typical_id: typical.kept.traceId,
          typical_duration: typical.judged.durationUs / 1e6,
          ...(typical.judged.score !== undefined && { typical_score: typical.judged.score }),
        }),
      },
    },
  };
  return { index, id, version: 'create', body };
}

function partDocument(
  { index, id, shared, whose }: Context,
  { part, beside }: { readonly part: JudgedPart; readonly beside: JudgedPart | undefined },
): SinkDocument {
  const body = {
    ...shared,
    service: { name: part.component.service.name },
    event: { kind: 'metric', dataset: 'spanwatch.trace_component' },
    spanwatch: {
      incident: whose,
      component: componentFields(part.key, part.component),
      compared: {
        observed: plain(part, part.observed),
        unit: part.unit === 'us' ? 's' : part.unit,
        ...(beside !== undefined && {
          typical: plain(part, beside.observed),
          excess: plain(part, part.observed - beside.observed),
        }),
        ...(part.expected !== undefined && { expected: plain(part, part.expected) }),
        ...(part.z !== undefined && { z: part.z }),
      },
    },
  };
  // By the component: judged again after a restart, another order must not double any.
  const which = createHash('sha1').update(part.key).digest('hex').slice(0, ID_DIGITS);
  return { index, id: `${id}-${which}`, version: 'create', body };
}

function plain({ unit }: JudgedPart, value: number): number {
  return unit === 'us' ? value / 1e6 : value;
}

/** What differs most from the typical trace, or from what was learned, latencies by time and the rest by deviation. */
function telling(
  parts: readonly JudgedPart[],
  usual: ReadonlyMap<string, JudgedPart>,
): { readonly part: JudgedPart; readonly beside: JudgedPart | undefined }[] {
  const weight = (part: JudgedPart): number => {
    const against = usual.get(part.key)?.observed ?? part.expected ?? 0;
    const off = Math.abs(part.observed - against);
    return part.unit === 'us' ? off : off * 1000 * Math.max(1, Math.abs(part.z ?? 0));
  };
  return parts
    .filter(({ component }) => TELLING.has(component.kind))
    .map((part) => ({ part, beside: usual.get(part.key) }))
    .toSorted((a, b) => weight(b.part) - weight(a.part) || (a.part.key < b.part.key ? -1 : 1))
    .slice(0, MOST_PARTS);
}
