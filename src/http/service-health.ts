import type { Component } from '../domain/component.ts';
import { parseComponent, printService } from '../domain/component-grammar.ts';
import type { Incident } from '../domain/incident.ts';
import type { ServiceIdentity } from '../domain/service-identity.ts';
import type { ComponentNow } from '../history/port.ts';

export type Health = 'ok' | 'odd' | 'incident' | 'unknown';

export interface Called {
  readonly health: Health;
  readonly incidents: string[];
  readonly ratePerSecond: number;
  readonly latency: { readonly observedUs: number; readonly expectedUs: number | null } | null;
  readonly errorRatio: number | null;
  readonly expectedErrorRatio: number | null;
}

/** A component that parsed; others are left out. */
export interface ParsedNow {
  readonly now: ComponentNow;
  readonly component: Component;
}

/** `ComponentNow` counts over this long. */
const MINUTE_S = 60;

/**
 * Beyond this many half bands (of two standard errors each) a component is odd: with hundreds of components a service,
 * one in twenty is outside its band at any time.
 */
const FAR_BANDS = 3;

export function parseNow(all: readonly ComponentNow[]): ParsedNow[] {
  const parsed: ParsedNow[] = [];
  for (const now of all) {
    try {
      parsed.push({ now, component: parseComponent(now.component) });
    } catch {
      // A key that is none of ours has no place on a map.
    }
  }
  return parsed;
}

export function componentHealth({ observed, expected, low, high }: ComponentNow): Health {
  if (expected === undefined) return 'unknown';
  const bandHalf = ((high ?? expected) - (low ?? expected)) / 2;
  return Math.abs(observed - expected) > FAR_BANDS * bandHalf ? 'odd' : 'ok';
}

/** Ids of open incidents by what they suspect: a service's identity, or `identity -> peer`. */
export class SuspectIndex {
  readonly #ids = new Map<string, string[]>();

  constructor(open: readonly Incident[]) {
    for (const incident of open) {
      const [first] = incident.finalSuspects;
      if (first === undefined) continue;
      const { environment, namespace, service: name, peer } = first;
      const service = printService({ environment, namespace, name });
      const key = first.kind === 'dependency' && peer !== undefined ? `${service} -> ${peer}` : service;
      this.#ids.set(key, [...(this.#ids.get(key) ?? []), incident.id]);
    }
  }

  service(identity: ServiceIdentity): string[] {
    return this.#ids.get(printService(identity)) ?? [];
  }

  dependency(identity: ServiceIdentity, peer: string): string[] {
    return this.#ids.get(`${printService(identity)} -> ${peer}`) ?? [];
  }
}

/**
 * Sums up components as one thing that is called. `timing` ones make its latency (the mean weighted by traces; the
 * expected likewise, over those that are learned), `failing` ones its error ratio, `all` its health.
 */
export function sumUp(
  parts: {
    readonly timing: readonly ComponentNow[];
    readonly failing: readonly ComponentNow[];
    readonly all: readonly ComponentNow[];
  },
  incidents: string[],
): Called {
  const { timing, failing, all } = parts;
  const time = weighted(timing);
  const errors = weighted(failing);
  return {
    health: incidents.length > 0 ? 'incident' : worst(all.map(componentHealth)),
    incidents,
    ratePerSecond: timing.reduce((sum, { count }) => sum + count, 0) / MINUTE_S,
    latency: time && { observedUs: time.observed, expectedUs: time.expected },
    errorRatio: errors?.observed ?? null,
    expectedErrorRatio: errors?.expected ?? null,
  };
}

function weighted(components: readonly ComponentNow[]): { observed: number; expected: number | null } | null {
  let [count, observed, known, expected] = [0, 0, 0, 0];
  for (const one of components) {
    count += one.count;
    observed += one.count * one.observed;
    if (one.expected === undefined) continue;
    known += one.count;
    expected += one.count * one.expected;
  }
  if (count === 0) return null;
  return { observed: observed / count, expected: known === 0 ? null : expected / known };
}

function worst(healths: readonly Health[]): Health {
  if (healths.includes('odd')) return 'odd';
  return healths.includes('ok') ? 'ok' : 'unknown';
}
