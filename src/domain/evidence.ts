import type { ComponentKind, ComponentUnit } from './component.ts';
import type { RuleBreach } from './rule.ts';

/** A trace that shows the evidence, and by how much it does. */
export interface Exemplar {
  /** 32 hex digits. */
  readonly traceId: string;
  /** A trace of the same entry operation near its baseline, when one was seen. */
  readonly typicalTraceId?: string;
}

/** How many requests are slow, of a component of which only some are. */
export interface TailFigures {
  /** Part of the traces that take longer than `overUs` microseconds, 0..1, and the part that did while learning. */
  readonly share: number;
  readonly usual: number;
  readonly overUs: number;
  /** Traces that were looked at. */
  readonly count: number;
}

/** A component, over the windows judged together: what was seen against what was expected. */
export interface Evidence {
  /** Key by the component grammar. */
  readonly component: string;
  readonly kind: ComponentKind;
  /** In `unit`: geometric mean for latency (what the slowest add on average where only they show it), ratio or mean count otherwise. */
  readonly observed: number;
  readonly expected: number;
  readonly unit: ComponentUnit;
  /** Two-sided tail probability under the baseline, after calibration; never exactly 0. */
  readonly p: number;
  /** Standardised deviation, signed: up is positive. */
  readonly z: number;
  /** Effect: observed / expected for latency and counts, observed - expected for ratios. */
  readonly effect: number;
  readonly direction: 'up' | 'down';
  /** Traces (or calls) that it rests on. */
  readonly count: number;
  /** Event time judged, epoch ms, [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
  /** What is told in place of `observed`: only the tail shows it, and no request takes a mean of both. */
  readonly tail?: TailFigures;
  /** What is told in place of `observed` and `count`: of the windows since it began, where those judged reach further back. */
  readonly sinceOnset?: { readonly observed: number; readonly count: number };
  /** No whole window since it began has been seen yet: it may be more. */
  readonly soFar?: true;
  /** A static rule is broken: `expected` is its limit, or the value of then, and there is no chance in it (`p` is 1). */
  readonly rule?: RuleBreach;
}
