import type { Metric, Registry } from 'prom-client';

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'histogram';
  readonly labelNames: readonly string[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Of a histogram's series: the family's name with `_bucket`, `_sum` or `_count`. */
  readonly metricName?: string;
}

/** What one scrape shows, by family. */
export type Samples = ReadonlyMap<string, Sample[]>;

/**
 * Registers families whose samples are made together when somebody scrapes, by `collect`, which fills the arrays that it
 * is given. prom-client asks all metrics of a registry in one go: what was collected serves until the next turn.
 */
export function registerFamilies(
  registry: Registry,
  families: readonly Family[],
  collect: (into: Samples) => void,
): void {
  let fresh: Samples | undefined;
  const samples = (): Samples => {
    if (fresh !== undefined) return fresh;
    fresh = new Map(families.map(({ name }) => [name, []]));
    collect(fresh);
    queueMicrotask(() => (fresh = undefined));
    return fresh;
  };
  for (const family of families) {
    const metric = {
      ...family,
      get: () => Promise.resolve({ ...family, values: samples().get(family.name) ?? [] }),
      reset: () => undefined,
    };
    registry.registerMetric(metric as unknown as Metric);
  }
}
