/** What a rule of an organisation's own looks at: of the requests that enter a service. */
export const RULE_MEASURES = ['p50', 'p90', 'p95', 'p99', 'error-ratio', 'rate'] as const;
export type RuleMeasure = (typeof RULE_MEASURES)[number];

export type RuleKind = 'threshold' | 'period' | 'burn-rate';

/** How a static rule was broken, in figures; `observed` and the limit are the evidence's `observed` and `expected`. */
export interface RuleBreach {
  readonly name: string;
  readonly kind: RuleKind;
  readonly measure: RuleMeasure;
  readonly side: 'above' | 'below';
  /** What the value is of. */
  readonly windowMs: number;
  /** Of `period`: compared with so long ago. */
  readonly period?: 'day' | 'week';
  /** Of `burn-rate`: how many times as fast as it would last the error budget goes, over both windows. */
  readonly burn?: {
    readonly rate: number;
    readonly factor: number;
    readonly shortMs: number;
    /** Part of the requests that must be good, 0..1. */
    readonly objective: number;
  };
}

/** Fingerprints of rules' incidents begin so; no service's does. */
export const RULE_FINGERPRINT = 'rule ';
