import type { Registry } from 'prom-client';
import type { ComponentTable } from '../domain/component-table.ts';
import type { Judgement } from '../detect/port.ts';
import type { Incident } from '../domain/incident.ts';
import { HISTOGRAM_BUCKETS, type SummaryBatch } from '../domain/summary.ts';
import type { HistoryReader } from '../history/port.ts';
import { COMPONENT_FAMILIES } from './component-families.ts';
import { ComponentSamples } from './component-samples.ts';
import { registerFamilies } from './families.ts';
import { INCIDENT_FAMILIES, incidentSamples } from './incident-metrics.ts';
import { MinuteQuantiles } from './minute-quantiles.ts';
import { type Place, Places, type SeriesLimits } from './places.ts';

/** What is not seen for so long gives its series up. */
const IDLE_MS = 3_600_000;

export interface ComponentMetricsParts {
  readonly table: ComponentTable;
  readonly history: Pick<HistoryReader, 'now'>;
  readonly judgement: () => Judgement | undefined;
  /** Those that are not resolved. */
  readonly openIncidents: () => readonly Incident[];
}

/**
 * What is known of services, operations, calls and incidents, as metrics: made from the history and the last judgement
 * when somebody scrapes. A window costs a few microseconds a component. Memory: 3 KB an operation with a seat, 6 KB an entry.
 * Series: 30 a service, 11 an operation, 7 more an entry operation, 1 a call, 5 more a peer, 41 an open incident.
 */
export class ComponentMetrics {
  readonly #table: ComponentTable;
  readonly #places: Places;
  /** By component number. */
  readonly #placeOf: (Place | undefined)[] = [];
  readonly #byKey = new Map<string, Place>();
  #newestMs = 0;
  #freedMs = 0;

  constructor(registry: Registry, parts: ComponentMetricsParts, limits: SeriesLimits) {
    this.#table = parts.table;
    this.#places = new Places(limits);
    registerFamilies(registry, [...COMPONENT_FAMILIES, ...INCIDENT_FAMILIES], (into) => {
      this.#score(parts.judgement());
      const open = parts.openIncidents();
      const samples = new ComponentSamples(this.#places, this.#newestMs);
      for (const now of parts.history.now()) {
        const place = this.#byKey.get(now.component);
        if (place !== undefined) samples.add(place, now);
      }
      samples.finish(into, open);
      incidentSamples(into, open, this.#serviceNames());
    });
  }

  /** Takes a sealed window; borrows it. */
  observe(batch: SummaryBatch): void {
    const { windowStartMs: atMs } = batch;
    this.#newestMs = Math.max(this.#newestMs, atMs);
    this.#freeIdle();
    for (let row = 0; row < batch.length; row++) {
      const component = batch.component[row];
      const place = (this.#placeOf[component] ??= this.#find(component, atMs));
      seen(place, atMs);
      const from = row * HISTOGRAM_BUCKETS;
      if (place.kind === 'self') {
        place.service?.latency.add(batch.histogram, from);
        place.operation?.own.push(atMs, batch.histogram, from);
      } else if (place.kind === 'total' && place.operation !== undefined) {
        (place.operation.whole ??= new MinuteQuantiles()).push(atMs, batch.histogram, from);
      }
    }
  }

  *#serviceNames(): Generator<string> {
    for (const { labels } of this.#places.services.values()) yield labels.service;
  }

  #find(component: number, atMs: number): Place {
    const place = this.#places.of(this.#table.component(component), atMs);
    this.#byKey.set(this.#table.key(component), place);
    return place;
  }

  /** Once an hour of event time: who is gone leaves, and who waited is asked again at the next window. */
  #freeIdle(): void {
    if (this.#newestMs - this.#freedMs < IDLE_MS) return;
    this.#freedMs = this.#newestMs;
    const before = this.#newestMs - IDLE_MS;
    const { services, operations, calls } = this.#places;
    const freed = [services, operations, calls].map((seats) => seats.free(before));
    if (!freed.includes(true)) return;
    this.#placeOf.length = 0;
    this.#byKey.clear();
  }

  #score(judgement: Judgement | undefined): void {
    const { services, operations, calls } = this.#places;
    for (const seats of [services, operations, calls]) for (const seat of seats.values()) seat.score = 0;
    for (const { length, component, logBayes } of judgement?.scales ?? []) {
      for (let i = 0; i < length; i++) {
        if (!(logBayes[i] > 0)) continue;
        const place = this.#placeOf[component[i]];
        for (const seat of [place?.service, place?.operation, place?.call])
          if (seat !== undefined) seat.score = Math.max(seat.score, logBayes[i]);
      }
    }
  }
}

function seen({ service, operation, call }: Place, atMs: number): void {
  for (const seat of [service, operation, call]) if (seat !== undefined) seat.lastSeenMs = atMs;
}
