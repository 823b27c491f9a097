import type { Component, ComponentUnit } from '../domain/component.ts';
import type { KeptTrace } from '../traces/port.ts';

/** A kept trace, measured by components and beside what was learned. */
export interface JudgedTrace {
  /** The entry operation; that of the longest root of a fragment. */
  readonly service: string;
  readonly operation: string;
  readonly durationUs: number;
  readonly failed: boolean;
  /** The forest's score, 0..1; absent where the entry has no forest. */
  readonly score?: number;
  readonly outlier?: boolean;
  readonly parts: readonly JudgedPart[];
}

/** What a trace says of one component, in plain units: microseconds (geometric mean of its spans), 0..1, or a count. */
export interface JudgedPart {
  /** Key by the component grammar. */
  readonly key: string;
  readonly component: Component;
  readonly unit: ComponentUnit;
  readonly observed: number;
  readonly expected?: number;
  readonly z?: number;
}

/** Measures a trace again as detection did, against what is learned now. Never throws for a trace that was kept. */
export interface TraceJudge {
  /** `environment` and `namespace`: which service is meant where several have its name. */
  judge(
    trace: KeptTrace,
    where: { readonly environment: string; readonly namespace: string },
  ): JudgedTrace | undefined;
}
