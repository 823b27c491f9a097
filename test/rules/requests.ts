import { Names } from '../../src/domain/names.ts';
import { WINDOW_MS } from '../../src/domain/summary.ts';
import { type Breach, type Rule, RuleEngine } from '../../src/rules/index.ts';
import { traceOf } from '../measure/traces.ts';

/** 2026-05-01 12:00 UTC, a whole window. */
export const NOON_MS = Date.UTC(2026, 4, 1, 12);

export interface Requests {
  readonly count: number;
  readonly ms?: number;
  readonly failed?: number;
  readonly service?: string;
  readonly operation?: string;
}

export function threshold(over: Partial<Extract<Rule, { type: 'threshold' }>> = {}): Rule {
  return {
    ...{ type: 'threshold', name: 'slow', severity: 'P1', measure: 'p99', limit: 500_000, side: 'above' },
    ...{ windowMs: 60_000, forMs: 60_000, minRequests: 5 },
    scope: { service: '*', operation: '*', by: 'operation' },
    ...over,
  };
}

export const BURN_WINDOWS = [
  { factor: 14.4, longMs: 3_600_000, shortMs: 300_000 },
  { factor: 6, longMs: 21_600_000, shortMs: 1_800_000, severity: 'P2' as const },
];

export function burnRate(over: Partial<Extract<Rule, { type: 'burn-rate' }>> = {}): Rule {
  return {
    ...{
      type: 'burn-rate',
      name: 'slo',
      severity: 'P0',
      objective: 0.999,
      windows: BURN_WINDOWS,
      minRequests: 5,
    },
    scope: { service: 'web', operation: '*', by: 'service' },
    ...over,
  };
}

/** An engine whose windows a test fills one by one. */
export class Windows {
  readonly names = new Names();
  engine: RuleEngine;
  at = NOON_MS;
  readonly #rules: readonly Rule[];

  constructor(...rules: Rule[]) {
    this.#rules = rules;
    this.engine = new RuleEngine(rules, this.names);
  }

  /** One window of these requests, then sealed. */
  next(...requests: Requests[]): readonly Breach[] {
    for (const one of requests) this.add(one);
    const breaches = this.engine.seal(this.at);
    this.at += WINDOW_MS;
    return breaches;
  }

  /** The same again and again; the breaches of the last. */
  repeat(windows: number, ...requests: Requests[]): readonly Breach[] {
    let last: readonly Breach[] = [];
    for (let i = 0; i < windows; i++) last = this.next(...requests);
    return last;
  }

  add({ count, ms = 100, failed = 0, service = 'web', operation = 'GET /' }: Requests): void {
    const fromUs = (this.at + 1000) * 1000;
    for (let i = 0; i < count; i++) {
      const span = { parent: -1, from: fromUs, to: fromUs + ms * 1000, kind: 'Server' as const };
      this.engine.add(traceOf([{ ...span, service, operation, failed: i < failed }], this.names));
    }
  }

  /** As a kill leaves it, from a checkpoint. */
  restart(): void {
    const state = structuredClone(this.engine.snapshot());
    this.engine = new RuleEngine(this.#rules, this.names);
    this.engine.restore(state);
  }
}
