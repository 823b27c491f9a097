import type { Baseline } from '../baseline/index.ts';
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
 * by tails or by places, whose windows are not kept so; and where nothing at all was seen, a gap of a capture (of a live process that
 * is no calm by itself, `VerdictStage.holdUnseen`).
 */
export function showsCalm(known: {
  readonly table: ComponentTable;
  readonly ring: Pick<Detector['ring'], 'parts' | 'traces'>;
  /** By component number, live: what a person calls normal is the level from then on. */
  readonly baselines: readonly (Baseline | undefined)[];
}): (incident: Pick<Incident, 'evidence' | 'fingerprint'>) => boolean {
  return (incident) => isShown(incident, known);
}

function isShown(
  { evidence, fingerprint }: Pick<Incident, 'evidence' | 'fingerprint'>,
  { table, ring, baselines }: Parameters<typeof showsCalm>[0],
): boolean {
  const loudest = evidence.find(({ kind, component }) => kind !== 'outlier' && !component.endsWith(']'));
  if (loudest === undefined || isOfTail({ fingerprint }) || ring.traces(LONGEST_SCALE) === 0) return true;
  const component = table.intern(parseComponent(loudest.component));
  const parts = ring.parts(component, LONGEST_SCALE);
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
  const level = baselines[component]?.level ?? expected;
  return (sum / count - level) * Math.sign(observed - expected) < STILL * Math.abs(observed - expected);
}

function asMeasured(value: number, { unit }: Evidence): number {
  return unit === 'us' ? Math.log(value + LOG_OFFSET_US) : value;
}
