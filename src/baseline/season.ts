import { WINDOW_MS } from '../domain/summary.ts';

/** Cosine and sine of a day, then of half a day. */
export const HARMONICS = 4;
/** Hours of a week, from Monday 00:00 UTC on. */
export const SLOTS = 168;

/**
 * How far the log mean of a component lies from its level by the time of the week (UTC), in nepers: a curve of two daily
 * harmonics, and what the hours of the week leave of it. Never changed; shared between copies of a baseline.
 */
export interface Season {
  /** HARMONICS coefficients. */
  readonly harmonics: Float64Array;
  /** SLOTS offsets, each at the middle of its hour, with straight lines between them; empty with less than two weeks. */
  readonly slots: Float64Array;
}

/** A moment of the week, worked out once for all components. */
export interface Moment {
  readonly basis: Float64Array;
  /** The slots whose middles lie around it, and how far it is on the way from the first to the second. */
  readonly slot: number;
  readonly next: number;
  readonly way: number;
}

const HOUR_MS = 3_600_000;
const WINDOWS_A_WEEK = (SLOTS * HOUR_MS) / WINDOW_MS;
/** 1970-01-01 was a Thursday, three days after a Monday. */
const EPOCH_HOUR = 72;

/** The middle of a window, by its number (start / WINDOW_MS). */
export function momentOf(window: number): Moment {
  const atMs = ((((window % WINDOWS_A_WEEK) + WINDOWS_A_WEEK) % WINDOWS_A_WEEK) + 0.5) * WINDOW_MS;
  const basis = new Float64Array(HARMONICS);
  basisAt(atMs / HOUR_MS, basis);
  const at = (atMs / HOUR_MS + EPOCH_HOUR - 0.5 + SLOTS) % SLOTS;
  const slot = Math.floor(at);
  return { basis, slot, next: (slot + 1) % SLOTS, way: at - slot };
}

/** The slot of an hour, counted from the epoch. */
export function slotOfHour(hour: number): number {
  return (((hour + EPOCH_HOUR) % SLOTS) + SLOTS) % SLOTS;
}

/** What the coefficients multiply, at so many hours of UTC. */
export function basisAt(hours: number, into: Float64Array): void {
  const angle = (2 * Math.PI * hours) / 24;
  into[0] = Math.cos(angle);
  into[1] = Math.sin(angle);
  into[2] = Math.cos(2 * angle);
  into[3] = Math.sin(2 * angle);
}

export function seasonAt({ harmonics, slots }: Season, { basis, slot, next, way }: Moment): number {
  let value = 0;
  for (let i = 0; i < HARMONICS; i++) value += harmonics[i] * basis[i];
  return slots.length === 0 ? value : value + slots[slot] * (1 - way) + slots[next] * way;
}
