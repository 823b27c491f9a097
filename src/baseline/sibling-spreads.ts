import type { ComponentTable } from '../domain/component-table.ts';
import type { ComponentKind } from '../domain/component.ts';
import { deviationOf, sumsOf } from '../domain/place-deviation.ts';
import { partsBy, type Stratum } from '../domain/place-windows.ts';
import { SCALE_WINDOWS, SCALES } from '../domain/scales.ts';
import { quantile } from './robust.ts';

/** Deviations kept a component and scale: a quantile of them is within a few per cent. */
const MOST_KEPT = 192;
/** Once full, one deviation in so many takes the place of an old one: hours of a busy component. */
const KEEP_EVERY = 8;
/** Two of a thousand components' worth of memory (50 MB at the most). */
const MOST_COMPONENTS = 4_000;
/** A component's own spread weighs as much as that of its kind at this many deviations. */
const POOL_WEIGHT = 40;
/** Pods alike to less than 5% are none that anybody measured. */
const LEAST_SPREAD = 0.05 ** 2;
/** What is believed of a kind of which nothing was learned: a fifth more or less is usual among pods. */
const UNKNOWN_SPREAD = 0.2 ** 2;
const WIDE = 0.9;
/** Eight in ten deviations lie within 1.2816 standard deviations of a normal law. */
const QUANTILE = 0.8;
const QUANTILE_Z = 1.2816;

interface Kept {
  /** |deviation|, and the variance that sampling alone gives it, divided by what a spread counts for. */
  readonly off: number[];
  readonly sampling: number[];
  readonly perSpread: number[];
  seen: number;
}

export type SiblingSpreadsState = readonly (readonly [component: number, kept: readonly Kept[]])[];

/**
 * How much the pods of a component differ from each other when nothing is wrong, by time scale: the variance of a pod's
 * own level, from wherever it comes (zone, machine, what it caches, a pause), learned over all pods together. No pod has a
 * baseline: one that is new is compared like any other.
 *
 *     spread_s = (q80 |deviation| / 1.2816)^2 - median sampling variance,  at least 5% squared
 *
 * A quantile, so that one pod of many that is broken for a while widens nothing; but a pod in five that always differs
 * does. Shrunk to the components of the same kind.
 */
export class SiblingSpreads {
  readonly #table: ComponentTable;
  readonly #kept = new Map<number, Kept[]>();
  readonly #spreads = new Map<number, Float64Array>();
  readonly #pools = new Map<ComponentKind, Float64Array>();
  /** What nine in ten components of a kind are within: for one that is new, of which nothing is known. */
  readonly #wide = new Map<ComponentKind, Float64Array>();

  constructor(table: ComponentTable) {
    this.#table = table;
  }

  /** Windows that end with `newest`; every scale at the end of its own blocks. */
  observe(strata: readonly Stratum[], newest: number): void {
    for (let scale = 0; scale < SCALES; scale++) {
      const windows = SCALE_WINDOWS[scale];
      if ((newest + 1) % windows !== 0) continue;
      for (const stratum of strata) this.#observe(stratum, scale, windows);
    }
  }

  /** Spreads from what was observed; what was believed before (a model's, or that of the kind) weighs as some of it. */
  fit(): void {
    const byKind = new Map<ComponentKind, Float64Array[]>();
    const raw = [...this.#kept].map(([component, kept]) => {
      const own = Float64Array.from(kept, (one) => spreadOf(one));
      const kind = this.#table.kindOf(component);
      if (kept[0].off.length >= POOL_WEIGHT / 2) {
        const all = byKind.get(kind);
        if (all === undefined) byKind.set(kind, [own]);
        else all.push(own);
      }
      return { component, kind, own, kept };
    });
    this.#pool(byKind);
    for (const { component, kind, own, kept } of raw) {
      const before = this.#spreads.get(component) ?? this.#pools.get(kind);
      this.#spreads.set(
        component,
        own.map((value, s) => {
          const n = kept[s].off.length;
          const prior = before?.[s] ?? UNKNOWN_SPREAD;
          return Math.max(LEAST_SPREAD, (n * value + POOL_WEIGHT * prior) / (n + POOL_WEIGHT));
        }),
      );
    }
  }

  /** Variance of a pod's own level at a scale. */
  spread(component: number, scale: number): number {
    const own = this.#spreads.get(component);
    if (own !== undefined) return own[scale];
    return Math.max(LEAST_SPREAD, this.#wide.get(this.#table.kindOf(component))?.[scale] ?? UNKNOWN_SPREAD);
  }

  /** What a model holds: by component, the four spreads. */
  get all(): ReadonlyMap<number, Float64Array> {
    return this.#spreads;
  }

  adopt(spreads: ReadonlyMap<number, Float64Array>): void {
    const byKind = new Map<ComponentKind, Float64Array[]>();
    for (const [component, own] of spreads) {
      this.#spreads.set(component, own);
      const kind = this.#table.kindOf(component);
      byKind.set(kind, [...(byKind.get(kind) ?? []), own]);
    }
    this.#pool(byKind);
  }

  snapshot(): { readonly kept: SiblingSpreadsState; readonly spreads: ReadonlyMap<number, Float64Array> } {
    return { kept: [...this.#kept], spreads: this.#spreads };
  }

  restore({ kept, spreads }: ReturnType<SiblingSpreads['snapshot']>): void {
    this.#kept.clear();
    for (const [component, all] of kept)
      this.#kept.set(
        component,
        all.map(({ off, sampling, perSpread, seen }) => ({
          off: [...off],
          sampling: [...sampling],
          perSpread: [...perSpread],
          seen,
        })),
      );
    this.#spreads.clear();
    this.adopt(new Map([...spreads].map(([component, own]) => [component, own.slice()])));
  }

  #pool(byKind: ReadonlyMap<ComponentKind, readonly Float64Array[]>): void {
    for (const [kind, all] of byKind) {
      const at = (q: number): Float64Array =>
        Float64Array.from({ length: SCALES }, (_, s) =>
          quantile(
            all.map((own) => own[s]),
            q,
          ),
        );
      this.#pools.set(kind, at(0.5));
      this.#wide.set(kind, at(WIDE));
    }
  }

  #observe({ component, cells }: Stratum, scale: number, windows: number): void {
    if (this.#table.kindOf(component) === 'error') return;
    let kept = this.#kept.get(component);
    if (kept === undefined) {
      if (this.#kept.size >= MOST_COMPONENTS) return;
      kept = Array.from({ length: SCALES }, () => ({ off: [], sampling: [], perSpread: [], seen: 0 }));
      this.#kept.set(component, kept);
    }
    const all = sumsOf(cells, windows);
    for (const part of partsBy(cells, ({ place }) => place).values()) {
      const deviation = deviationOf(all, part, { leaveOut: false, leastWithin: 0 });
      if (deviation === undefined || deviation.count < 2 || deviation.others < 2) continue;
      add(kept[scale], [Math.abs(deviation.deviation), deviation.sampling, deviation.perSpread]);
    }
  }
}

function add(kept: Kept, [off, sampling, perSpread]: readonly [number, number, number]): void {
  kept.seen++;
  let at = kept.off.length;
  if (at >= MOST_KEPT) {
    if (kept.seen % KEEP_EVERY !== 0) return;
    // A stride that shares no factor with the size visits all of them.
    at = ((kept.seen / KEEP_EVERY) * 89) % MOST_KEPT;
  }
  kept.off[at] = off;
  kept.sampling[at] = sampling;
  kept.perSpread[at] = perSpread;
}

function spreadOf({ off, sampling, perSpread }: Kept): number {
  if (off.length === 0) return UNKNOWN_SPREAD;
  const total = (quantile(off, QUANTILE) / QUANTILE_Z) ** 2;
  return Math.max(0, total - quantile(sampling, 0.5)) / quantile(perSpread, 0.5);
}
