import type { Hour } from './hour-sums.ts';
import { MAD_TO_SIGMA, quantile } from './robust.ts';
import { slotOfHour, SLOTS } from './season.ts';

const LEAST_WEEKS = 2;
/** Slots seen in two weeks, of 168; with fewer it cannot be told what repeats. */
const LEAST_REPEATED = SLOTS / 2;
/** One-sided 1%: what chance alone makes of slots is above 0 in one of a hundred. */
const CHANCE_Z = 2.3263;
/** An hour further from the other weeks' than so many standard deviations (by MAD) is pulled in. */
const FARTHEST = 3;

/**
 * What the hours of the week leave of the harmonics, each slot's mean over its weeks shrunk to 0 by
 * `between / (between + error^2)`: the error from how the weeks of one slot differ (pooled over slots) and from how few
 * traces there were, `between` the variance of the means beyond what chance makes of that error (DerSimonian and Laird 1986, with
 * the error at its bound). Empty with less than two weeks, or when nothing repeats.
 */
export function fitSlots(weeks: readonly (readonly Hour[])[]): Float64Array {
  const none = new Float64Array(0);
  if (weeks.length < LEAST_WEEKS) return none;
  const slots = Array.from({ length: SLOTS }, (): Hour[] => []);
  for (const hour of weeks.flat()) slots[slotOfHour(hour.hour)].push(hour);
  const repeated = slots.filter(({ length }) => length >= 2);
  if (repeated.length < LEAST_REPEATED) return none;
  pullIn(repeated);
  const { pooled, bound } = scatterOf(repeated);
  const sampling = meanOf(repeated.map((slot) => meanOf(slot.map(({ variance }) => variance))));
  const usual = meanOf(weeks.flat().map(({ off }) => off));
  const means = slots.map((slot) => {
    if (slot.length < 2) return undefined;
    let weight = 0;
    let sum = 0;
    for (const { off, variance } of slot) {
      weight += 1 / variance;
      sum += (off - usual) / variance;
    }
    // Hours with few traces err by more: the pooled error is spread over slots as sampling is.
    return { mean: sum / weight, error: pooled / sampling / weight };
  });
  const between = meanOf(
    means.flatMap((one) => (one === undefined ? [] : [one.mean ** 2 - bound * one.error])),
  );
  // NaN where all hours of a week are alike.
  if (!(between > 0)) return none;
  return Float64Array.from(means, (one) =>
    one === undefined ? 0 : (one.mean * between) / (between + one.error),
  );
}

/** A fault of one week is none of the next: towards the week in the middle by size, the smaller one of two. */
function pullIn(slots: readonly (readonly Hour[])[]): void {
  const off = slots.flatMap((slot) => {
    const middle = slot.toSorted((a, b) => Math.abs(a.off) - Math.abs(b.off))[(slot.length - 1) >> 1].off;
    return slot.filter((hour) => hour.off !== middle).map((hour) => ({ hour, middle }));
  });
  if (off.length === 0) return;
  const distances = off.map(({ hour, middle }) => Math.abs(hour.off - middle));
  const most = FARTHEST * MAD_TO_SIGMA * quantile(distances, 0.5);
  for (const { hour, middle } of off) hour.off = Math.max(middle - most, Math.min(middle + most, hour.off));
}

/**
 * How the weeks of a slot differ: the variance, and what the variance of the means may be of it by chance. Neighbouring hours are
 * alike: so many independent ones are fewer by (1 - r^2) / (1 + r^2) (Bartlett 1946), and of the ratio of two variances the logarithm
 * is about normal with the variance 2 / n + 2 / m.
 */
function scatterOf(slots: readonly (readonly Hour[])[]): { readonly pooled: number; readonly bound: number } {
  const deviations = new Map<number, number>();
  let freedom = 0;
  for (const slot of slots) {
    const mean = meanOf(slot.map(({ off }) => off));
    for (const { hour, off } of slot) deviations.set(hour, off - mean);
    freedom += slot.length - 1;
  }
  let squares = 0;
  let products = 0;
  for (const [hour, deviation] of deviations) {
    squares += deviation ** 2;
    products += deviation * (deviations.get(hour + 1) ?? 0);
  }
  const alike = squares === 0 ? 0 : Math.max(0, products / squares);
  const independent = (1 - alike ** 2) / (1 + alike ** 2);
  const variance = 2 / (slots.length * independent) + 2 / (freedom * independent);
  return { pooled: squares / freedom, bound: Math.exp(CHANCE_Z * Math.sqrt(variance)) };
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
