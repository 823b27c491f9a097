/** Which entry operations pass through a service, and how often they come. */
export interface EntryReach {
  /** Entry operations with traces lately: their number, traces, and the part that touches any of `services`. */
  reach(services: readonly number[]): readonly ReachedEntry[];
  /** Part of the failures of a service that got through to whoever asked, 0..1; the rest was answered without it. 1 where too few were seen. */
  passedOn(service: number): number;
}

export interface ReachedEntry {
  /** Operation number of the entry. */
  readonly operation: number;
  /** Traces as there were before sampling, where that is said; by exponential forgetting. */
  readonly traces: number;
  /** Part of them that touches one of the services, 0..1. */
  readonly part: number;
  /** Part of them that waits for one of the services: not all of its spans lie behind a queue. */
  readonly waiting: number;
  /** How many each trace that was seen stands for, on average: what sampling left out is counted, where it is said. */
  readonly weight: number;
}

/** Ordinary traces to show beside a slow one. */
export interface TypicalTraces {
  /** Id words of a late trace in which the component was near its baseline. */
  typical(component: number): Int32Array | undefined;
}
