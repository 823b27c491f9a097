import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * Our own Prometheus metrics: one registry a process (or a test), a metric is made on first use. Names follow
 * `spanwatch_<noun>_<unit>_total`; label values must be few and ours, never a span's text.
 */
export interface Metrics {
  readonly registry: Registry;
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  gauge(name: string, help: string, labels?: readonly string[]): Gauge;
  histogram(
    name: string,
    help: string,
    options: { labels?: readonly string[]; buckets: number[] },
  ): Histogram;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const once = <T>(name: string, make: () => T): T =>
    (registry.getSingleMetric(name) as T | undefined) ?? make();
  return {
    registry,
    counter: (name, help, labelNames = []) =>
      once(name, () => new Counter({ name, help, labelNames, registers })),
    gauge: (name, help, labelNames = []) =>
      once(name, () => new Gauge({ name, help, labelNames, registers })),
    histogram: (name, help, { labels: labelNames = [], buckets }) =>
      once(name, () => new Histogram({ name, help, labelNames, buckets, registers })),
  };
}
