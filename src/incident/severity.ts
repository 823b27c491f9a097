import type { Evidence } from '../domain/evidence.ts';
import { SEVERITIES, type Severity } from '../domain/incident.ts';
import { LONGEST_SCALE } from '../domain/scales.ts';
import { WINDOW_MS } from '../domain/summary.ts';
import type { Observation } from './port.ts';

/** Part of the entry traffic that is hurt, from which on it is many. */
const MANY = 0.1;
const MOST = 0.5;
/** End-to-end slowdown: measurable, anybody notices (the effect floor of evidence), it hurts, it is as good as down. */
const SLIGHT = 1.1;
const NOTICED = 1.25;
const HURTS = 1.5;
const DOWN = 3;
/** Part of the waiting that lost spans make: of a trace that lacks the span before a queue what is behind seems waited for. */
const BY_CHANCE = 0.05;
/** Standard deviations from which on the failures of another than the suspect are no chance in a week of windows: two of two hundred make one in a hundred. */
const CONVINCING = 5;
/** Part of the traces that fail. */
const FAILS_SOME = 0.01;
const FAILS = 0.05;
const FAILS_MOST = 0.5;
/** Part of the usual calls that are no longer made. */
const MISSING = 0.2;
/**
 * A change of behaviour that hurts hardly anybody is worth a person's time when it lasts: as long as the longest stretch
 * that is judged. Shorter ones are what a few users do (a burst of wrong passwords returns early).
 */
const LASTING_MS = LONGEST_SCALE * WINDOW_MS;

/**
 * P0 to P3 from three things: how much of the entry traffic passes through what is broken, how much slower it gets
 * end to end, and whether it fails. Missing calls are a change of behaviour that nobody has complained about yet: P2
 * once they have lasted (`lastedMs`, since the opening), with the slight slowdown that another path may bring. Calls too
 * many, or new ones, count by what they add end to end. Failures that are of another incident (`isOfAnother`) are no harm
 * of this one.
 */
export function severityOf(
  observation: Observation,
  lastedMs = observation.toMs - observation.fromMs,
  isOfAnother: (component: string) => boolean = () => false,
): Severity {
  const { share } = observation.harm;
  // Whom nobody waits for (a consumer behind a queue) makes no request slower, however slow it is.
  const { waiting = share, harm } = observation;
  const isWaitedFor = waiting > BY_CHANCE * share || harm.entries.length === 0;
  // Where a call was never made before, requests take another path: its times are no slowness of the usual one, and what
  // they no longer call may have been replaced.
  const because = new Set(observation.suspects[0]?.because);
  const isNew = observation.evidence.some(
    (e) => e.kind === 'calls' && e.expected === 0 && because.has(e.component),
  );
  const missing = isNew ? 0 : largest(observation.evidence, 'calls', (e) => 1 - e.observed / e.expected);
  const changed = missing >= MISSING;
  // What lies in a queue costs users what their own requests show, whoever else waits for the suspect.
  const slowdown =
    isWaitedFor || observation.suspects[0]?.cause === 'queue'
      ? Math.max(isNew ? 1 : slowdownOf(observation, changed), endToEnd(observation, lastedMs))
      : 1;
  const counted = observation.evidence.filter(
    (e) => because.has(e.component) || (e.z >= CONVINCING && !isOfAnother(e.component)),
  );
  const failing = largest(counted, 'error', (e) => e.observed);
  // Where callers answer without what failed, few are hurt, however often it fails.
  const { passedOn } = observation;
  const reaching = largest(counted, 'error', (e) => e.observed * (passedOn?.[e.component] ?? 1));
  // The traffic that is slow: all that sent messages, where their own requests show it.
  const slow = observation.suspects[0]?.cause === 'queue' ? share : waiting;
  if ((slow >= MOST && slowdown >= DOWN) || (share >= MOST && reaching >= FAILS_MOST)) return 'P0';
  if ((slow >= MANY && slowdown >= HURTS) || (share >= MANY && reaching >= FAILS)) return 'P1';
  if (slowdown >= (changed ? NOTICED : SLIGHT) || failing >= FAILS_SOME) return 'P2';
  return (changed || isBehind(observation)) && lastedMs >= LASTING_MS ? 'P2' : 'P3';
}

/**
 * Calls that are made too often cost what they add end to end: no component of the suspect is slower for it. A call that
 * is new may cost what it was made for, so that it hurts only when it is much, over more than the first few requests.
 */
function endToEnd({ suspects, harm }: Observation, lastedMs: number): number {
  const cause = suspects[0]?.cause;
  if (cause === 'new-calls' && lastedMs < LASTING_MS) return 1;
  if (cause !== 'more-calls' && cause !== 'new-calls' && cause !== 'queue') return 1;
  const known = harm.entries.filter(({ observedUs, expectedUs }) => observedUs > 0 && expectedUs > 0);
  const hurt = known.reduce((sum, entry) => sum + entry.hurt, 0);
  // By how many are hurt: of a few requests of a rare entry one may be slow by chance.
  const slowdown = known.reduce(
    (sum, entry) => sum + (entry.hurt / Math.max(1, hurt)) * (entry.observedUs / entry.expectedUs),
    0,
  );
  return slowdown >= (cause === 'new-calls' ? HURTS : NOTICED) ? slowdown : 1;
}

/**
 * Whether messages wait longer for the suspect by as much as would hurt were it a request: what is done for users later comes so much
 * later.
 */
function isBehind({ evidence, harm, suspects }: Observation): boolean {
  const usual = harm.entries.map(({ expectedUs }) => expectedUs).filter((us) => us > 0);
  const because = new Set(suspects[0]?.because);
  return evidence.some(
    (e) =>
      e.kind === 'queue' &&
      because.has(e.component) &&
      e.observed - e.expected >= (HURTS - 1) * (usual.length > 0 ? Math.min(...usual) : e.expected),
  );
}

export function isWorse(a: Severity, b: Severity): boolean {
  return SEVERITIES.indexOf(a) < SEVERITIES.indexOf(b);
}

/** End to end: what the components behind the first suspect add to a request, over the usual time of the fastest entry. */
function slowdownOf({ evidence, harm, suspects, lostUs = 0 }: Observation, changed: boolean): number {
  const usual = harm.entries.map((entry) => entry.expectedUs).filter((us) => us > 0);
  const because = new Set(suspects[0]?.because);
  const own = evidence.filter(
    (e) => e.unit === 'us' && e.kind !== 'total' && e.kind !== 'queue' && because.has(e.component),
  );
  // Another path has other times, its slowest requests above all.
  let slowdown = changed || usual.length === 0 ? 1 : 1 + lostUs / Math.min(...usual);
  for (const e of own) {
    // Without a known end-to-end time (no root seen yet) the component stands for itself.
    const usualUs = usual.length > 0 ? Math.min(...usual) : Math.max(e.expected, 1);
    slowdown = Math.max(slowdown, 1 + (e.observed - e.expected) / usualUs);
  }
  return slowdown;
}

function largest(
  evidence: readonly Evidence[],
  kind: Evidence['kind'],
  value: (e: Evidence) => number,
): number {
  return evidence.reduce((most, e) => (e.kind === kind ? Math.max(most, value(e)) : most), 0);
}
