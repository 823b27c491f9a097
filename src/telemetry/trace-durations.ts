import type { Metric, Registry } from 'prom-client';

/** Seconds, a factor of about two and a half each: p99 within that, for 13 series an entry. */
const BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
/** Entry services with series of their own; the rest share `(other)`. A span's text is a label here, so they are few. */
const MOST_ENTRIES = 50;
const OTHER = '(other)';
/** OpenMetrics 1.0: an exemplar's labels together have at most 128 characters; a bucket's is renewed this often. */
const EXEMPLAR_S = 10;
const NAME = 'spanwatch_trace_duration_seconds';
const HELP = 'End-to-end time of traces by the service that they enter at; exemplars are trace ids.';

interface Exemplar {
  readonly labelSet: { readonly trace_id: string };
  readonly value: number;
  readonly timestamp: number;
}

interface Entry {
  readonly buckets: Float64Array;
  readonly exemplars: (Exemplar | undefined)[];
  sum: number;
  count: number;
}

/**
 * A histogram with exemplars, kept here because prom-client takes exemplars only in registries that can no longer write
 * Prometheus text. A trace costs a lookup and an increment.
 */
export class TraceDurations {
  readonly #entries = new Map<string, Entry>();

  constructor(registry: Registry) {
    const metric = {
      name: NAME,
      help: HELP,
      type: 'histogram',
      labelNames: ['entry'],
      get: () => Promise.resolve({ name: NAME, help: HELP, type: 'histogram', values: this.#values() }),
      reset: () => this.#entries.clear(),
    };
    registry.registerMetric(metric as unknown as Metric);
  }

  /** `atS`: epoch seconds of event time; `traceId` is asked for when it is to be an exemplar. */
  observe(service: string, seconds: number, atS: number, traceId: () => string): void {
    const entry = this.#entry(service);
    let bucket = 0;
    while (bucket < BOUNDS_S.length && seconds > BOUNDS_S[bucket]) bucket++;
    entry.buckets[bucket]++;
    entry.sum += seconds;
    entry.count++;
    const exemplar = entry.exemplars[bucket];
    if (exemplar !== undefined && atS - exemplar.timestamp < EXEMPLAR_S) return;
    entry.exemplars[bucket] = { labelSet: { trace_id: traceId() }, value: seconds, timestamp: atS };
  }

  #entry(service: string): Entry {
    const known = this.#entries.get(service);
    if (known !== undefined) return known;
    if (this.#entries.size >= MOST_ENTRIES && service !== OTHER) return this.#entry(OTHER);
    const fresh: Entry = {
      buckets: new Float64Array(BOUNDS_S.length + 1),
      exemplars: new Array<Exemplar | undefined>(BOUNDS_S.length + 1).fill(undefined),
      sum: 0,
      count: 0,
    };
    this.#entries.set(service, fresh);
    return fresh;
  }

  #values(): object[] {
    return [...this.#entries].flatMap(([entry, { buckets, exemplars, sum, count }]) => {
      let below = 0;
      const rows = [...buckets].map((n, i) => {
        below += n;
        const le = i < BOUNDS_S.length ? BOUNDS_S[i] : '+Inf';
        return {
          metricName: `${NAME}_bucket`,
          labels: { le, entry },
          value: below,
          exemplar: exemplars[i] ?? null,
        };
      });
      return [
        ...rows,
        { metricName: `${NAME}_sum`, labels: { entry }, value: sum },
        { metricName: `${NAME}_count`, labels: { entry }, value: count },
      ];
    });
  }
}
