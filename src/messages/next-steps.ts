import type { StepSubject } from './catalogue.ts';
import type { Situation } from './situation.ts';
import { shown, suspectName } from './suspect-name.ts';

/** At most three: what to look at, what to do, and how urgent it is. */
export function nextSteps(situation: Situation): readonly string[] {
  const { event, texts, suspects, severity } = situation;
  const trace = texts.trace[situation.traceKind];
  if (event.type === 'resolved') return texts.steps.resolved(trace);
  if (event.type === 'acknowledged' || event.type === 'noted') return [];
  const urgency = severity === 'P0' || severity === 'P1' ? texts.steps.urgent : () => texts.steps.calm;
  const [first] = suspects;
  if (first === undefined) return [texts.steps.unknown(trace)];
  const subject = subjectOf(situation);
  // Of a peer there are no logs here, whatever its cause.
  const cause = first.kind === 'dependency' ? 'dependency' : first.cause;
  const [look, act] = texts.steps.byCause[cause](subject);
  const special = texts.steps.byKind[first.kind];
  const steps = situation.unsure
    ? [texts.steps.unsure(situation.name), look]
    : [look, special === undefined ? act : special(subject)];
  return [...steps, urgency(subject)];
}

function subjectOf({ suspects, exemplars, texts, since, traceKind }: Situation): StepSubject {
  const [first] = suspects;
  const isShared = first.callers !== undefined;
  const optional: Partial<Record<'operation' | 'peer' | 'instance' | 'version' | 'node', string>> = {};
  for (const field of ['operation', 'peer', 'instance', 'version', 'node'] as const) {
    const value = first[field];
    if (value !== undefined) optional[field] = shown(value);
  }
  return {
    name: suspectName(first, texts),
    service: (isShared ? '' : shown(first.service)) || suspectName(first, texts),
    isShared,
    kind: first.kind,
    since,
    hasTrace: exemplars.length > 0,
    hasTypical: exemplars.some(({ typicalTraceId }) => typicalTraceId !== undefined),
    trace: texts.trace[traceKind],
    ...optional,
  };
}
