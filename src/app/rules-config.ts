import type { Config } from '../config/index.ts';
import type { RuleMeasure } from '../domain/rule.ts';
import type { Rule } from '../rules/index.ts';

/** The static rules as they are judged: microseconds, one side each. */
export function rulesOf({ rules }: Config): readonly Rule[] {
  return rules.map((rule): Rule => {
    const { name, severity, service, operation, environment, by, minRequests } = rule;
    const scope = { service, operation, by, ...(environment !== undefined && { environment }) };
    const common = { name, severity, minRequests, scope };
    switch (rule.type) {
      case 'threshold': {
        const { type, measure, above, below, windowMs, forMs } = rule;
        const limit = inUnit(measure, above ?? below ?? 0);
        return { ...common, type, measure, limit, windowMs, forMs, side: sideOf(above) };
      }
      case 'period': {
        const { type, measure, period, timesAbove, timesBelow, windowMs } = rule;
        const times = timesAbove ?? timesBelow ?? 1;
        return { ...common, type, measure, period, times, windowMs, side: sideOf(timesAbove) };
      }
      case 'burn-rate': {
        const { type, objective, slowerThanMs, windows } = rule;
        const slow = slowerThanMs === undefined ? {} : { slowerThanUs: slowerThanMs * 1000 };
        return { ...common, type, objective, windows, ...slow };
      }
    }
  });
}

function sideOf(above: number | undefined): 'above' | 'below' {
  return above === undefined ? 'below' : 'above';
}

/** Quantiles are configured in milliseconds. */
function inUnit(measure: RuleMeasure, value: number): number {
  return measure === 'error-ratio' || measure === 'rate' ? value : value * 1000;
}
