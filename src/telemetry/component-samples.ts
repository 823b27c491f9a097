import { printService } from '../domain/component-grammar.ts';
import type { Incident } from '../domain/incident.ts';
import { SEVERITIES } from '../domain/incident.ts';
import type { ComponentNow } from '../history/port.ts';
import { SERVICE_LATENCY } from './component-families.ts';
import type { Sample, Samples } from './families.ts';
import type { MinuteQuantiles } from './minute-quantiles.ts';
import type { OperationSeat, Place, Places, ServiceSeat } from './places.ts';

/** `ComponentNow` counts over this long. */
const MINUTE_S = 60;
const QUANTILES = [0.5, 0.99] as const;

type Labels = Sample['labels'];

/** Means weighted by traces; what is expected over those that are learned alone. */
class Weighted {
  #count = 0;
  #observed = 0;
  #learned = 0;
  readonly #band = { expected: 0, low: 0, high: 0 };

  add({ count, observed, expected, low, high }: ComponentNow): void {
    this.#count += count;
    this.#observed += count * observed;
    if (expected === undefined) return;
    this.#learned += count;
    this.#band.expected += count * expected;
    this.#band.low += count * (low ?? expected);
    this.#band.high += count * (high ?? expected);
  }

  get count(): number {
    return this.#count;
  }

  /** undefined when there was no trace. */
  get observed(): number | undefined {
    return this.#count > 0 ? this.#observed / this.#count : undefined;
  }

  band(which: 'expected' | 'low' | 'high'): number | undefined {
    return this.#learned > 0 ? this.#band[which] / this.#learned : undefined;
  }
}

interface ServiceSum {
  readonly time: Weighted;
  readonly errors: Weighted;
}

/** One scrape: components come one by one, samples go out at the end. */
export class ComponentSamples {
  readonly #places: Places;
  readonly #newestMs: number;
  readonly #sums = new Map<ServiceSeat, ServiceSum>();
  readonly #callCounts = new Map<Labels, number>();
  readonly #single: [string, Labels, number | undefined][] = [];

  constructor(places: Places, newestMs: number) {
    this.#places = places;
    this.#newestMs = newestMs;
  }

  add({ kind, service, operation, call }: Place, now: ComponentNow): void {
    if (call !== undefined)
      this.#callCounts.set(call.labels, (this.#callCounts.get(call.labels) ?? 0) + now.count);
    if (kind === 'dependency' && call !== undefined) {
      this.#timing('dependency', call.peerLabels, now);
      this.#put('dependency_anomaly_score', call.peerLabels, call.score);
    }
    if (service !== undefined && (kind === 'self' || kind === 'error')) {
      const sum = this.#sums.get(service) ?? { time: new Weighted(), errors: new Weighted() };
      this.#sums.set(service, sum);
      (kind === 'self' ? sum.time : sum.errors).add(now);
    }
    if (operation !== undefined) this.#operation(kind, operation, now);
  }

  /** Writes all samples; `open` decides how severe it is for whom. */
  finish(into: Samples, open: readonly Incident[]): void {
    this.#services(open);
    for (const [labels, count] of this.#callCounts)
      this.#put('call_traces_per_second', labels, count / MINUTE_S);
    const { services, operations, calls } = this.#places;
    for (const [of, { leftOut }] of Object.entries({ services, operations, calls }))
      this.#put('unlisted_series', { of }, leftOut);
    for (const [name, labels, value] of this.#single)
      if (value !== undefined && Number.isFinite(value))
        into.get(`spanwatch_${name}`)?.push({ labels, value });
    const histogram = into.get(SERVICE_LATENCY);
    for (const { latency, labels } of services.values())
      histogram?.push(...latency.samples(SERVICE_LATENCY, labels));
  }

  #operation(kind: Place['kind'], seat: OperationSeat, now: ComponentNow): void {
    const { labels, own, whole, score } = seat;
    switch (kind) {
      case 'self':
        this.#put('operation_traces_per_second', labels, now.count / MINUTE_S);
        this.#put('operation_anomaly_score', labels, score);
        this.#latency(seat.ownLabels, now, own);
        break;
      case 'total':
        this.#latency(seat.wholeLabels, now, whole);
        break;
      case 'error':
        if (now.count > 0) this.#put('operation_error_ratio', labels, now.observed);
        this.#put('operation_error_expected_ratio', labels, now.expected);
        this.#put('operation_error_high_ratio', labels, now.high);
        break;
      case 'outlier':
        if (now.count > 0) this.#put('operation_outlier_ratio', labels, now.observed);
        break;
      default:
    }
  }

  #latency(labels: Labels, now: ComponentNow, minute: MinuteQuantiles | undefined): void {
    this.#timing('operation', labels, now);
    const [p50, p99] = minute?.of(this.#newestMs, QUANTILES) ?? [];
    this.#put('operation_latency_p50_seconds', labels, p50);
    this.#put('operation_latency_p99_seconds', labels, p99);
  }

  /** A minute without traces has no mean; what is expected stays. */
  #timing(of: 'operation' | 'dependency', labels: Labels, now: ComponentNow): void {
    const { count, observed, expected, low, high } = now;
    this.#put(`${of}_latency_mean_seconds`, labels, count > 0 ? observed / 1e6 : undefined);
    this.#put(`${of}_latency_expected_seconds`, labels, seconds(expected));
    this.#put(`${of}_latency_low_seconds`, labels, seconds(low));
    this.#put(`${of}_latency_high_seconds`, labels, seconds(high));
  }

  #services(open: readonly Incident[]): void {
    const severities = severityByService(open);
    for (const seat of this.#places.services.values()) {
      const { labels, score } = seat;
      const sum = this.#sums.get(seat);
      this.#put('service_traces_per_second', labels, (sum?.time.count ?? 0) / MINUTE_S);
      this.#put('service_latency_mean_seconds', labels, seconds(sum?.time.observed));
      for (const edge of ['expected', 'low', 'high'] as const)
        this.#put(`service_latency_${edge}_seconds`, labels, seconds(sum?.time.band(edge)));
      this.#put('service_error_ratio', labels, sum?.errors.observed);
      this.#put('service_error_expected_ratio', labels, sum?.errors.band('expected'));
      this.#put('service_error_high_ratio', labels, sum?.errors.band('high'));
      this.#put('service_anomaly_score', labels, score);
      this.#put('service_severity', labels, severities.get(labels.service) ?? 0);
    }
  }

  #put(name: string, labels: Labels, value: number | undefined): void {
    this.#single.push([name, labels, value]);
  }
}

function seconds(us: number | undefined): number | undefined {
  return us === undefined ? undefined : us / 1e6;
}

/** 4 for P0 to 1 for P3. */
function severityByService(open: readonly Incident[]): Map<string, number> {
  const worst = new Map<string, number>();
  for (const {
    severity,
    finalSuspects: [first],
  } of open) {
    if (first === undefined) continue;
    const service = printService({ ...first, name: first.service });
    const level = SEVERITIES.length - SEVERITIES.indexOf(severity);
    worst.set(service, Math.max(level, worst.get(service) ?? 0));
  }
  return worst;
}
