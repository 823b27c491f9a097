import { Counter, type Registry } from 'prom-client';
import { printService } from '../domain/component-grammar.ts';
import { SpanKind } from '../domain/span-batch.ts';
import type { Trace } from '../domain/trace.ts';

/** By `Trace.statusClass`; what is below says that all is well. */
const STATUS_NAMES: readonly (string | undefined)[] = [
  ...[undefined, undefined, undefined, undefined],
  ...['4xx', '5xx', 'grpc'],
];
const LEAST_CLASS = 4;
/** Operations with a status, each a series. Names of operations are labels here: the rest share `(other)`. */
const MOST_SERIES = 300;
const OTHER = '(other)';

/**
 * Counts what servers answered that was no success, by operation and class of status: a client's span of the same call is
 * left out, so that an answer counts once. Costs a comparison a span, and a lookup an answer of these.
 */
export class StatusCounts {
  readonly #counter: Counter;
  /** By operation number and class. */
  readonly #children = new Map<number, Counter.Internal>();

  constructor(registry: Registry) {
    this.#counter = new Counter({
      name: 'spanwatch_operation_refusals_total',
      help: 'Spans of servers that answered HTTP 4xx, 5xx or a gRPC code other than OK; operations beyond the first 300 are `(other)`.',
      labelNames: ['service', 'operation', 'status'],
      registers: [registry],
    });
  }

  /** Borrows the trace. */
  observe(trace: Trace): void {
    const { spanCount, statusClass, kind, operation } = trace;
    for (let i = 0; i < spanCount; i++) {
      if (statusClass[i] < LEAST_CLASS || kind[i] !== SpanKind.Server) continue;
      const key = operation[i] * 8 + statusClass[i];
      let child = this.#children.get(key);
      if (child === undefined) {
        child = this.#childOf(trace, i);
        // Those beyond the bound are looked up each time.
        if (this.#children.size < MOST_SERIES) this.#children.set(key, child);
      }
      child.inc();
    }
  }

  #childOf({ names, service, operation, statusClass }: Trace, i: number): Counter.Internal {
    const status = STATUS_NAMES[statusClass[i]] ?? OTHER;
    if (this.#children.size >= MOST_SERIES)
      return this.#counter.labels({ service: OTHER, operation: OTHER, status });
    return this.#counter.labels({
      service: printService(names.serviceIdentity(service[i])),
      operation: names.operationName(operation[i]),
      status,
    });
  }
}
