import type { ComponentTable } from '../domain/component-table.ts';
import { parseComponent } from '../domain/component-grammar.ts';
import { isOfTail } from '../domain/fingerprint.ts';
import type { Evidence } from '../domain/evidence.ts';
import type { Incident } from '../domain/incident.ts';
import { LONGEST_SCALE } from '../domain/scales.ts';
import { LOG_OFFSET_US } from '../domain/summary.ts';
import type { Detector } from '../detect/index.ts';

/** So many traces say together that it is as usual: one may be luck. */
const LEAST_TRACES = 2;
/** Of the excess that made the incident: what still shows more has not ended, be it below any cut. */
const STILL = 0.5;

/**
 * Whether the last two minutes show what the incident's loudest evidence is about, and show less than half of its excess.
 * Nobody says "back to normal" of what nobody asked for, nor of a few requests that are as slow as before. True of what is told
 * by tails or by places, whose windows are not kept so.
 */
export function showsCalm(
  table: ComponentTable,
  ring: Pick<Detector['ring'], 'parts'>,
): (incident: Pick<Incident, 'evidence' | 'fingerprint'>) => boolean {
  return (incident) => isShown(incident, table, ring);
}

function isShown(
  { evidence, fingerprint }: Pick<Incident, 'evidence' | 'fingerprint'>,
  table: ComponentTable,
  ring: Pick<Detector['ring'], 'parts'>,
): boolean {
  const loudest = evidence.find(({ kind, component }) => kind !== 'outlier' && !component.endsWith(']'));
  if (loudest === undefined || isOfTail({ fingerprint })) return true;
  const parts = ring.parts(table.intern(parseComponent(loudest.component)), LONGEST_SCALE);
  let count = 0;
  let sum = 0;
  for (let i = 0; i < parts.length; i++) {
    count += parts.count[i];
    sum += parts.sum[i];
  }
  if (count < LEAST_TRACES) return false;
  const [observed, expected] = [loudest.observed, loudest.expected].map((value) =>
    asMeasured(value, loudest),
  );
  return (sum / count - expected) * Math.sign(observed - expected) < STILL * Math.abs(observed - expected);
}

function asMeasured(value: number, { unit }: Evidence): number {
  return unit === 'us' ? Math.log(value + LOG_OFFSET_US) : value;
}
