import { printComponent } from '../domain/component-grammar.ts';
import type { ComponentKind, ComponentUnit } from '../domain/component.ts';
import type { Evidence } from '../domain/evidence.ts';
import { type RuleBreach, RULE_FINGERPRINT } from '../domain/rule.ts';
import type { Observation } from '../incident/port.ts';
import type { Rule } from './port.ts';
import type { Breach } from './rule-engine.ts';
import { isQuantile } from './tally.ts';

/** A rule says itself who it is about: there is no next suspect. */
const LEAD = 100;

/** A breach as incidents are opened and kept by: an incident of its own, one a rule and seat. */
export function breachObservation(breach: Breach): Observation {
  const { rule, seat, sinceMs, toMs } = breach;
  const key = JSON.stringify([seat.environment, seat.namespace, seat.name, seat.operation]);
  const evidence = evidenceOf(breach);
  return {
    fromMs: sinceMs,
    toMs,
    fingerprint: `${RULE_FINGERPRINT}${rule.name} ${key}`,
    severity: breach.burning?.window.severity ?? rule.severity,
    score: Math.abs(Math.log(Math.max(breach.observed, 1e-9) / Math.max(breach.limit, 1e-9))),
    lead: LEAD,
    suspects: [
      {
        kind: 'rule',
        environment: seat.environment,
        namespace: seat.namespace,
        service: seat.name,
        ...(seat.operation !== '' && { operation: seat.operation }),
        component: evidence.component,
        share: 1,
        cause: 'rule',
        because: [evidence.component],
        against: [],
      },
    ],
    evidence: [evidence],
    // Of its own: what was learned about the same component is another story.
    hot: [{ component: `${RULE_FINGERPRINT}${rule.name} ${key}`, weight: 1 }],
    exemplars: breach.traceId === undefined ? [] : [{ traceId: breach.traceId }],
    harm: { share: 0, entries: [] },
  };
}

function evidenceOf({ rule, seat, observed, limit, seen, sinceMs, toMs, burning }: Breach): Evidence {
  const kind = kindOf(rule);
  const unit: ComponentUnit = kind === 'total' ? 'us' : kind === 'error' ? 'ratio' : 'count';
  const up = observed >= limit;
  return {
    component: printComponent({
      kind,
      service: { environment: seat.environment, namespace: seat.namespace, name: seat.name },
      operation: seat.operation,
    }),
    kind,
    observed,
    expected: limit,
    unit,
    // It is no matter of chance.
    p: 1,
    z: 0,
    effect: unit === 'ratio' ? observed - limit : observed / Math.max(limit, 1e-9),
    direction: up ? 'up' : 'down',
    count: seen,
    fromMs: sinceMs,
    toMs,
    rule: breachOf(rule, burning),
  };
}

function kindOf(rule: Rule): ComponentKind {
  if (rule.type === 'burn-rate' || rule.measure === 'error-ratio') return 'error';
  return isQuantile(rule.measure) ? 'total' : 'traffic';
}

function breachOf(rule: Rule, burning: Breach['burning']): RuleBreach {
  const { name } = rule;
  switch (rule.type) {
    case 'threshold':
      return { name, kind: rule.type, measure: rule.measure, side: rule.side, windowMs: rule.windowMs };
    case 'period': {
      const { measure, side, windowMs, period } = rule;
      return { name, kind: rule.type, measure, side, windowMs, period };
    }
    case 'burn-rate': {
      const window = burning?.window ?? rule.windows[0];
      const burn = {
        rate: burning?.rate ?? 0,
        factor: window.factor,
        shortMs: window.shortMs,
        objective: rule.objective,
      };
      return { name, kind: rule.type, measure: 'error-ratio', side: 'above', windowMs: window.longMs, burn };
    }
  }
}
