import type { Severity } from '../domain/incident.ts';
import type { RuleMeasure } from '../domain/rule.ts';

/** Which requests a rule is about: patterns in which `*` stands for any characters. */
export interface RuleScope {
  /** `SERVICE`, or `NAMESPACE/SERVICE`. */
  readonly service: string;
  readonly operation: string;
  /** Absent: any. */
  readonly environment?: string;
  /** One series each, of its own breach: an operation, a service, or all requests together. */
  readonly by: 'operation' | 'service' | 'all';
}

interface RuleBase {
  readonly name: string;
  readonly severity: Severity;
  readonly scope: RuleScope;
  /** With fewer requests than these nothing is said. A rate is said of any number. */
  readonly minRequests: number;
}

/** A value beyond a limit, for as long as `forMs`. */
export interface ThresholdRule extends RuleBase {
  readonly type: 'threshold';
  /** Microseconds, 0..1, or requests a second. */
  readonly measure: RuleMeasure;
  readonly limit: number;
  readonly side: 'above' | 'below';
  readonly windowMs: number;
  readonly forMs: number;
}

/** A value against the same time a day or a week ago. */
export interface PeriodRule extends RuleBase {
  readonly type: 'period';
  readonly measure: RuleMeasure;
  readonly period: 'day' | 'week';
  /** Now over then. */
  readonly times: number;
  readonly side: 'above' | 'below';
  readonly windowMs: number;
}

/** A pair of windows over which the error budget goes too fast, both. */
export interface BurnWindow {
  readonly factor: number;
  readonly longMs: number;
  readonly shortMs: number;
  readonly severity?: Severity;
}

/** How fast an error budget goes (Google, The Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts"). */
export interface BurnRateRule extends RuleBase {
  readonly type: 'burn-rate';
  /** Part of the requests that must be good, 0..1. */
  readonly objective: number;
  /** Absent: a bad request is one that failed. Else: one that failed or took longer. */
  readonly slowerThanUs?: number;
  readonly windows: readonly BurnWindow[];
}

export type Rule = ThresholdRule | PeriodRule | BurnRateRule;
