import type { Evidence } from '../domain/evidence.ts';
import type { Suspect } from '../domain/suspect.ts';
import type { Symptom } from './catalogue.ts';
import { formatTimes, formatValue } from './format.ts';
import { componentOf } from './suspect-name.ts';

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
  const times = formatTimes(evidence.observed, evidence.expected);
  const factor = times === undefined ? {} : { times };
  const values = {
    observed: formatValue(evidence.observed, evidence.unit),
    expected: formatValue(evidence.expected, evidence.unit),
  };
  switch (evidence.kind) {
    case 'error':
      return { kind: 'failing', ...values };
    case 'outlier':
      return { kind: 'odd', ...values };
    case 'shape':
      return { kind: 'new-shape', ...values };
    case 'traffic':
      return { kind: evidence.direction === 'up' ? 'traffic-up' : 'traffic-down', ...values };
    case 'calls':
      return { kind: evidence.direction === 'up' ? 'more-calls' : 'fewer-calls', ...factor };
    default:
      break;
  }
  if (cause === 'errors' || cause === 'missing-calls') return withoutEvidence(cause);
  if (evidence.direction === 'down') return { kind: 'fast', ...factor };
  return { kind: cause === 'network' ? 'network' : 'slow', ...factor };
}

function withoutEvidence(cause: Suspect['cause'] | undefined): Symptom {
  switch (cause) {
    case 'errors':
      return { kind: 'failing' };
    case 'missing-calls':
      return { kind: 'fewer-calls' };
    case 'network':
      return { kind: 'network' };
    default:
      return { kind: 'slow' };
  }
}
