import type { Metric, MetricObjectWithValues, MetricValue, Registry } from 'prom-client';

export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** Histograms' and counters' values carry more than the package's types say. */
type Sample = MetricValue<string> & {
  readonly metricName?: string;
  readonly sharedLabels?: Readonly<Record<string, string | number>>;
  readonly exemplar?: {
    readonly labelSet: Readonly<Record<string, string | number>>;
    readonly value: number;
    readonly timestamp: number;
  } | null;
};

/**
 * The registry as OpenMetrics 1.0 text. Our own, since prom-client writes it by renaming the counters of the registry
 * for good, after which its Prometheus text is wrong.
 */
export async function renderOpenMetrics(registry: Pick<Registry, 'getMetricsAsArray'>): Promise<string> {
  // The package's types leave out that these are the metrics themselves.
  const all = registry.getMetricsAsArray() as unknown as Metric[];
  const metrics = await Promise.all(all.map((metric) => metric.get()));
  const lines = metrics.flatMap(renderMetric);
  return `${lines.join('\n')}\n# EOF\n`;
}

function renderMetric(metric: MetricObjectWithValues<MetricValue<string>>): string[] {
  const type = String(metric.type);
  const family = type === 'counter' ? metric.name.replace(/_total$/, '') : metric.name;
  const sampleName = type === 'counter' ? `${family}_total` : family;
  return [
    `# TYPE ${family} ${type}`,
    `# HELP ${family} ${escapeText(metric.help)}`,
    ...(metric.values as Sample[]).map((sample) => renderSample(sample, sampleName)),
  ];
}

function renderSample(sample: Sample, family: string): string {
  const name = sample.metricName ?? family;
  const labels = labelsOf(sample);
  const exemplar = sample.exemplar ?? undefined;
  const tail =
    exemplar === undefined
      ? ''
      : ` # ${renderLabels(exemplar.labelSet) || '{}'} ${renderNumber(exemplar.value)} ${exemplar.timestamp}`;
  return `${name}${labels} ${renderNumber(sample.value)}${tail}`;
}

/** Families that speak of the same thing share its labels: rendered once, half of the time of a large scrape. */
const rendered = new WeakMap<object, string>();

function labelsOf({ sharedLabels, labels }: Sample): string {
  if (sharedLabels !== undefined) return renderLabels({ ...sharedLabels, ...labels });
  const known = rendered.get(labels);
  if (known !== undefined) return known;
  const text = renderLabels(labels);
  if (Object.isFrozen(labels)) rendered.set(labels, text);
  return text;
}

function renderLabels(labels: Readonly<Record<string, string | number | undefined>>): string {
  const parts = Object.entries(labels).map(([key, value]) => {
    // Bucket bounds are floats in canonical form: 1.0, not 1.
    const text = key === 'le' && Number.isInteger(value) ? Number(value).toFixed(1) : String(value);
    return `${key}="${escapeText(text)}"`;
  });
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function renderNumber(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

function escapeText(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
}
