import type { Evidence } from '../domain/evidence.ts';

/** From here on a percentage says more than the number: of fewer one is 4% or more. */
const MANY = 30;
/** What is counted a trace in parts (some of its calls failed) is no whole number. */
const WHOLE = 0.05;

/** Of a ratio of few traces: how many of them, which is told in place of a percentage. */
export interface Few {
  readonly some: number;
  readonly of: number;
}

/** Undefined where it is told as a percentage or in another unit. `piece` has the figures that are told. */
export function fewOf({ unit, observed, count, tail, rule }: Evidence): Few | undefined {
  if (unit !== 'ratio' || tail !== undefined || rule !== undefined) return undefined;
  const [some, of] = [Math.round(observed * count), Math.round(count)];
  const isCounted = Math.abs(count - of) < WHOLE && Math.abs(observed * count - some) < WHOLE;
  return isCounted && of > 0 && of < MANY && some > 0 && some <= of ? { some, of } : undefined;
}
