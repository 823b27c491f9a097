import type { ComponentUnit } from './component.ts';

/** Numbers as people read them; the same in every language. */

/** Microseconds: `850 µs`, `1.8 ms`, `182 ms`, `1.2 s`, `2.5 min`. */
export function formatDurationUs(us: number): string {
  if (us < 999.5) return `${Math.round(us)} µs`;
  if (us < 999_500) return `${short(us / 1000)} ms`;
  if (us < 120e6) return `${short(us / 1e6)} s`;
  return `${short(us / 60e6)} min`;
}

/** 0..1: `0%`, `0.05%`, `3.4%`, `34%`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent === 0 || percent >= 9.95) return `${Math.round(percent)}%`;
  return `${Number(percent.toPrecision(percent < 1 ? 1 : 2))}%`;
}

/** `0.25`, `3.2`, `41`, `12,300`. */
export function formatCount(count: number): string {
  if (count >= 1000) return Math.round(count).toLocaleString('en-US');
  return short(count);
}

export function formatValue(value: number, unit: ComponentUnit): string {
  switch (unit) {
    case 'us':
      return formatDurationUs(value);
    case 'ratio':
      return formatShare(value);
    case 'count':
      return formatCount(value);
  }
}

/** Observed over expected: `4.4`, `12`, `0.3`; absent where it says nothing. */
export function formatTimes(observed: number, expected: number): string | undefined {
  const times = observed / expected;
  return Number.isFinite(times) && times > 0 && times < 1e6 ? short(times) : undefined;
}

/** `2022-08-22 03:12:40 UTC` from epoch ms. */
export function formatTime(ms: number): string {
  return `${formatDate(ms)} ${iso(ms).slice(11, 19)} UTC`;
}

/** `03:12 UTC`, with the date in front when that is not the day of `seenFromMs`. */
export function formatShortTime(ms: number, seenFromMs: number): string {
  const time = `${iso(ms).slice(11, 16)} UTC`;
  return formatDate(ms) === formatDate(seenFromMs) ? time : `${formatDate(ms)} ${time}`;
}

function formatDate(ms: number): string {
  return iso(ms).slice(0, 10);
}

/** The latest time that a Date can hold (ECMA-262, 21.4.1.1), so that a hostile span's time cannot throw. */
const MAX_DATE_MS = 8.64e15;

function iso(ms: number): string {
  const clamped = Math.min(Math.max(Number.isFinite(ms) ? ms : 0, 0), MAX_DATE_MS);
  const text = new Date(clamped).toISOString();
  return text.startsWith('+') ? text.slice(1) : text;
}

/** Two significant digits below ten, whole numbers above. */
function short(value: number): string {
  if (value >= 9.95) return String(Math.round(value));
  return String(Number(value.toPrecision(2)));
}
