import type { Registry } from 'prom-client';
import type { PartKind, PlaceJudgement } from '../detect/port.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import { printService } from '../domain/component-grammar.ts';
import type { Stratum, StratumCell } from '../domain/place-windows.ts';
import { usOf } from '../domain/summary.ts';
import { type Family, registerFamilies, type Samples } from './families.ts';
import { type Seat, Seats } from './seats.ts';

const LABELS = ['service', 'part', 'name'] as const;
const family = (name: string, help: string, labelNames: readonly string[] = LABELS): Family => ({
  ...{ name: `spanwatch_${name}`, type: 'gauge', labelNames, help },
});

const OF = 'Of an instance, a version, or what a host carries of a service that has several.';
export const PART_FAMILIES: readonly Family[] = [
  family('part_traces_per_second', `${OF} Traces, each counted once an operation; of the last minute.`),
  family(
    'part_latency_mean_seconds',
    `${OF} Own time of the operations, weighted by traces; of the last minute.`,
  ),
  family('part_error_ratio', `${OF} Failures of its own as a share of its traces; of the last minute.`),
  family(
    'part_anomaly_score',
    `${OF} Logarithm of the Bayes factor "worse than its siblings at the same time": the largest of its components and time scales.`,
  ),
  family(
    'unlisted_parts',
    'Instances, versions and hosts that have no series of their own, for metrics.maxParts.',
    [],
  ),
];

/** Windows of the last minute. */
const MINUTE_WINDOWS = 6;
const MINUTE_S = 60;
/** Who is not seen for so many scrapes gives the seat back: at one a quarter of a minute, an hour. */
const IDLE_SCRAPES = 240;

interface PartSeat extends Seat {
  readonly labels: Readonly<Record<(typeof LABELS)[number], string>>;
}

interface Sum {
  traces: number;
  weightedUs: number;
  requests: number;
  failures: number;
  score: number;
}

/**
 * Instances, versions and hosts beside each other, as metrics: made from the last judgement of places when somebody
 * scrapes. Four series a part; first come, first served up to `maxParts`.
 */
export function exposeParts(
  registry: Registry,
  { table, judgement }: { table: ComponentTable; judgement: () => PlaceJudgement | undefined },
  { maxParts }: { readonly maxParts: number },
): void {
  const seats = new Seats<PartSeat>(maxParts);
  let scrapes = 0;
  registerFamilies(registry, PART_FAMILIES, (into) => {
    scrapes++;
    seats.free(scrapes - IDLE_SCRAPES);
    const sums = new Map<PartSeat, Sum>();
    const found = judgement();
    const sumOf = (kind: PartKind, slot: number): Sum | undefined => {
      const seat = seats.take(`${kind} ${slot}`, () => ({
        labels: labelsOf(table, kind, slot),
        lastSeenMs: 0,
      }));
      if (seat === undefined) return undefined;
      seat.lastSeenMs = scrapes;
      const sum = sums.get(seat) ?? { traces: 0, weightedUs: 0, requests: 0, failures: 0, score: 0 };
      sums.set(seat, sum);
      return sum;
    };
    for (const stratum of found?.strata ?? []) addStratum(table, stratum, sumOf);
    for (const { kind, slot, logBayes } of found?.scales.flat() ?? []) {
      const sum = sumOf(kind, slot);
      if (sum !== undefined) sum.score = Math.max(sum.score, logBayes);
    }
    for (const [{ labels }, sum] of sums) put(into, labels, sum);
    into.get('spanwatch_unlisted_parts')?.push({ labels: {}, value: seats.leftOut });
  });
}

function labelsOf({ names }: ComponentTable, part: PartKind, slot: number): PartSeat['labels'] {
  const service = printService(names.serviceIdentity(names.serviceOfSlot(slot)));
  return Object.freeze({ service, part, name: names.slotName(slot) });
}

function addStratum(
  table: ComponentTable,
  { component, cells }: Stratum,
  sumOf: (kind: PartKind, slot: number) => Sum | undefined,
): void {
  const componentKind = table.kindOf(component);
  if (componentKind !== 'self' && componentKind !== 'error') return;
  for (const kind of ['instance', 'version', 'host'] as const) {
    const slots = new Set(cells.map((cell) => slotIn(cell, kind)));
    if (slots.size < 2) continue;
    for (const cell of cells) {
      const slot = slotIn(cell, kind);
      const sum = slot === 0 ? undefined : sumOf(kind, slot);
      if (sum === undefined) continue;
      const [count, total] = lastMinute(cell);
      if (count === 0) continue;
      if (componentKind === 'error') {
        sum.requests += count;
        sum.failures += total;
      } else {
        sum.traces += count;
        sum.weightedUs += count * usOf(total / count);
      }
    }
  }
}

function slotIn({ place, version, node }: StratumCell, kind: PartKind): number {
  return { instance: place, version, host: node }[kind];
}

function lastMinute({ count, sum }: StratumCell): readonly [number, number] {
  let [n, total] = [0, 0];
  for (let back = 0; back < MINUTE_WINDOWS; back++) {
    n += count[back];
    total += sum[back];
  }
  return [n, total];
}

function put(into: Samples, labels: PartSeat['labels'], sum: Sum): void {
  const { traces, weightedUs, requests, failures, score } = sum;
  into.get('spanwatch_part_traces_per_second')?.push({ labels, value: traces / MINUTE_S });
  if (traces > 0)
    into.get('spanwatch_part_latency_mean_seconds')?.push({ labels, value: weightedUs / traces / 1e6 });
  if (requests > 0) into.get('spanwatch_part_error_ratio')?.push({ labels, value: failures / requests });
  into.get('spanwatch_part_anomaly_score')?.push({ labels, value: score });
}
