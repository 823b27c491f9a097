import type { Component, ComponentKind } from '../domain/component.ts';
import { printService } from '../domain/component-grammar.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { MinuteQuantiles } from './minute-quantiles.ts';
import { type Seat, Seats } from './seats.ts';

/** How many services, operations and calls have series of their own. */
export interface SeriesLimits {
  readonly maxServices: number;
  readonly maxOperations: number;
  readonly maxCalls: number;
}

/** Frozen, so that they are rendered once. */
type Labels = Readonly<Record<string, string>>;

export interface ServiceSeat extends Seat {
  readonly labels: { readonly service: string };
  readonly latency: LatencyHistogram;
  score: number;
}

export interface OperationSeat extends Seat {
  readonly labels: { readonly service: string; readonly operation: string };
  readonly ownLabels: Labels;
  readonly wholeLabels: Labels;
  /** Own time, and the whole time of an entry operation. */
  readonly own: MinuteQuantiles;
  whole: MinuteQuantiles | undefined;
  score: number;
}

export interface CallSeat extends Seat {
  readonly labels: {
    readonly service: string;
    readonly callee: string;
    readonly callee_kind: 'service' | 'peer';
  };
  readonly peerLabels: Labels;
  score: number;
}

/** Where a component's numbers go; absent parts have no seat, or are none of its business. */
export interface Place {
  readonly kind: ComponentKind;
  readonly service?: ServiceSeat;
  readonly operation?: OperationSeat;
  readonly call?: CallSeat;
}

/** Kinds whose operation is looked at: calls and the like belong to the caller's service. */
const OF_OPERATIONS: ReadonlySet<ComponentKind> = new Set(['self', 'total', 'error', 'outlier']);

/** The seats of all components. Names are labels here, so that limits bound them. */
export class Places {
  readonly services: Seats<ServiceSeat>;
  readonly operations: Seats<OperationSeat>;
  readonly calls: Seats<CallSeat>;

  constructor({ maxServices, maxOperations, maxCalls }: SeriesLimits) {
    this.services = new Seats(maxServices);
    this.operations = new Seats(maxOperations);
    this.calls = new Seats(maxCalls);
  }

  /** Takes seats for a component. */
  of(component: Component, atMs: number): Place {
    const { kind } = component;
    const service = printService(component.service);
    const seat = this.services.take(service, () => ({
      labels: Object.freeze({ service }),
      latency: new LatencyHistogram(),
      score: 0,
      lastSeenMs: atMs,
    }));
    const operation = OF_OPERATIONS.has(kind)
      ? this.#operation(service, component.operation ?? '', atMs)
      : undefined;
    const call = this.#call(service, component, atMs);
    return {
      kind,
      ...(seat !== undefined && { service: seat }),
      ...(operation !== undefined && { operation }),
      ...(call !== undefined && { call }),
    };
  }

  #operation(service: string, operation: string, atMs: number): OperationSeat | undefined {
    return this.operations.take(`${service}\n${operation}`, () => ({
      labels: Object.freeze({ service, operation }),
      ownLabels: Object.freeze({ service, operation, time: 'own' }),
      wholeLabels: Object.freeze({ service, operation, time: 'whole' }),
      own: new MinuteQuantiles(),
      whole: undefined,
      score: 0,
      lastSeenMs: atMs,
    }));
  }

  #call(service: string, { kind, callee, peer }: Component, atMs: number): CallSeat | undefined {
    const to =
      kind === 'dependency'
        ? { callee: peer ?? '', callee_kind: 'peer' as const }
        : kind === 'request' && callee !== undefined
          ? { callee: printService(callee), callee_kind: 'service' as const }
          : undefined;
    if (to === undefined || (to.callee_kind === 'service' && to.callee === service)) return undefined;
    return this.calls.take(`${service}\n${to.callee_kind}\n${to.callee}`, () => ({
      labels: Object.freeze({ service, ...to }),
      peerLabels: Object.freeze({ service, peer: to.callee }),
      score: 0,
      lastSeenMs: atMs,
    }));
  }
}
