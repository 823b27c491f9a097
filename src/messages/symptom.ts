import type { Evidence, TailFigures } from '../domain/evidence.ts';
import type { RuleMeasure } from '../domain/rule.ts';
import type { Suspect } from '../domain/suspect.ts';
import type { Symptom, TraceKind } from './catalogue.ts';
import { formatCount, formatDurationUs, formatShare, formatValue } from '../domain/format.ts';
import { fewOf } from './few.ts';
import { componentOf, shown } from './suspect-name.ts';

/** The evidence that names a suspect: of the component that speaks loudest for it, else of what it rests on. */
export function ownEvidenceOf(suspect: Suspect, evidence: readonly Evidence[]): Evidence | undefined {
  for (const key of [suspect.component, ...suspect.because]) {
    const found = evidence.find((piece) => piece.component === key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same, else the first piece about its service. */
export function evidenceOf(suspect: Suspect, evidence: readonly Evidence[]): Evidence | undefined {
  const about = (piece: Evidence): boolean => {
    const component = componentOf(piece.component);
    return component?.service.name === suspect.service || component?.callee?.name === suspect.service;
  };
  return ownEvidenceOf(suspect, evidence) ?? evidence.find(about);
}

/** What people will notice, from the cause where it says so, else from the kind of evidence. */
export function symptomOf(suspect: Suspect | undefined, evidence: Evidence | undefined): Symptom {
  const cause = suspect?.cause;
  if (evidence === undefined) return withoutEvidence(cause);
  const soFar = evidence.soFar === true ? { soFar: true } : {};
  const values = {
    observed: formatValue(evidence.observed, evidence.unit),
    expected: formatValue(evidence.expected, evidence.unit),
    ...soFar,
  };
  const few = fewOf(evidence);
  const ratio = { ...values, ...(few && { few }) };
  const { rule, tail } = evidence;
  if (rule !== undefined)
    return { kind: 'rule', breach: rule, observed: values.observed, limit: values.expected };
  switch (evidence.kind) {
    case 'error':
      return { kind: 'failing', ...ratio };
    case 'outlier':
      return { kind: 'odd', ...ratio };
    case 'shape':
      return { kind: 'new-shape', ...ratio };
    case 'traffic':
      return { kind: evidence.direction === 'up' ? 'traffic-up' : 'traffic-down', ...values };
    case 'calls':
      return callsSymptom(evidence);
    default:
      break;
  }
  if (cause === 'queue') return { kind: 'queue', ...values };
  if (cause === 'errors' || cause?.endsWith('-calls') === true) return withoutEvidence(cause);
  const kind = cause === 'network' ? 'network' : 'slow';
  if (tail !== undefined) return { kind: 'tail', of: kind, ...tailTexts(tail), ...soFar };
  const change = formatDurationUs(Math.abs(evidence.observed - evidence.expected));
  return { kind: evidence.direction === 'down' ? 'fast' : kind, change, ...soFar };
}

/** `2%`, `1.2 s`, `0.1%`. */
export function tailTexts({ share, overUs, usual }: TailFigures): {
  readonly share: string;
  readonly over: string;
  readonly usual: string;
} {
  return { share: formatShare(share), over: formatDurationUs(overUs), usual: formatShare(usual) };
}

/** Of a peer that several show: how many, and the most that one of them loses. */
export function sharedSymptom(
  symptom: Symptom,
  { callers, because }: Suspect,
  evidence: readonly Evidence[],
): Symptom {
  if (callers === undefined || symptom.kind !== 'slow') return symptom;
  const own = evidence.filter(({ component }) => because.includes(component));
  const most = Math.max(0, ...own.map(({ observed, expected }) => observed - expected));
  return { ...symptom, callers, ...(most > 0 && { change: formatDurationUs(most) }) };
}

/** What people will see in a trace that shows it. */
export function traceKindOf(symptom: Symptom): TraceKind {
  switch (symptom.kind) {
    case 'slow':
    case 'network':
    case 'queue':
    case 'tail':
      return 'slow';
    case 'failing':
      return 'failing';
    case 'fewer-calls':
      return 'without-call';
    case 'rule':
      return TRACE_OF_MEASURE[symptom.breach.measure] ?? 'odd';
    default:
      return 'odd';
  }
}

/** What a broken rule's exemplar shows: the slowest, or one that failed. */
const TRACE_OF_MEASURE: Partial<Record<RuleMeasure, TraceKind>> = {
  p50: 'slow',
  p90: 'slow',
  p95: 'slow',
  p99: 'slow',
  'error-ratio': 'failing',
};

function callsSymptom({ component, observed, expected, direction, soFar }: Evidence): Symptom {
  const callee = calleeOf(component);
  const called = { ...(callee !== '' && { called: callee }), ...(soFar && { soFar }) };
  if (direction === 'up') {
    if (expected === 0) return { kind: 'new-calls', ...(callee !== '' && { called: callee }) };
    return {
      kind: 'more-calls',
      observed: formatCount(observed),
      expected: formatCount(expected),
      ...called,
    };
  }
  const missing = expected > 0 ? { missing: formatShare(1 - observed / expected) } : {};
  return { kind: 'fewer-calls', ...missing, ...called };
}

/** What was called: the operation alone where the call span is its caller's own. */
function calleeOf(key: string): string {
  const component = componentOf(key);
  if (component?.callee === undefined) return '';
  const service = component.callee.name === component.service.name ? '' : shown(component.callee.name);
  return `${service} ${shown(component.calleeOperation ?? '')}`.trim();
}

function withoutEvidence(cause: Suspect['cause'] | undefined): Symptom {
  switch (cause) {
    case 'errors':
      return { kind: 'failing' };
    case 'missing-calls':
      return { kind: 'fewer-calls' };
    case 'more-calls':
    case 'new-calls':
      return { kind: cause };
    case 'network':
    case 'queue':
      return { kind: cause };
    default:
      return { kind: 'slow' };
  }
}
