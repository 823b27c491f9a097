import type { Evidence } from '../../domain/evidence.ts';
import { formatValue } from '../../domain/format.ts';
import type { Incident } from '../../domain/incident.ts';
import type { ComponentNow } from '../../history/port.ts';
import type { PageContext } from './page-context.ts';

/** How what an open incident is about is now, when that is another figure than its worst. */
export interface Present {
  /** Formatted. */
  readonly value: string;
  /** Within its normal band again, by the last minute that was judged. */
  readonly normal: boolean;
}

export type NowByComponent = ReadonlyMap<string, ComponentNow>;

/** Nine tenths of the worst distance from normal are as bad as ever: one figure says it all. */
const AS_BAD = 0.9;
/** The band of a busy component is narrow; within a tenth of normal nobody feels a difference. */
const NEAR = 0.1;

export function nowByComponent({ parts }: PageContext): NowByComponent {
  return new Map((parts.history?.now() ?? []).map((one) => [one.component, one]));
}

/**
 * The present of the evidence that names the first suspect: by the history, else by what the newest event said. Undefined
 * for what is over, and for what is about as bad as it ever was. `worst` and `stored` are the same incident.
 */
export function presentOf(
  { words }: PageContext,
  { worst, stored }: { readonly worst: Incident; readonly stored: Incident },
  now: NowByComponent,
): Present | undefined {
  if (worst.resolvedAt !== null) return undefined;
  const suspect = worst.finalSuspects.at(0);
  const piece = suspect === undefined ? worst.evidence.at(0) : words.evidenceOf(suspect, worst.evidence);
  // A rule counts requests, a tail the slow ones, the history what was learned: figures of different things.
  if (piece === undefined || piece.rule !== undefined || piece.tail !== undefined) return undefined;
  const judged = now.get(piece.component);
  const seen = judged !== undefined && judged.count > 0 ? judged : undefined;
  const told = stored.evidence.find(({ component }) => component === piece.component);
  const observed = seen?.observed ?? told?.observed ?? piece.observed;
  const normal = seen !== undefined && isNormal(piece, seen);
  const asBad = (observed - piece.expected) / (piece.observed - piece.expected) >= AS_BAD;
  return asBad && !normal ? undefined : { value: formatValue(observed, piece.unit), normal };
}

function isNormal({ expected: was, direction }: Evidence, now: ComponentNow): boolean {
  const { observed, expected = was, low = expected, high = expected } = now;
  const room = Math.abs(expected) * NEAR;
  return direction === 'down'
    ? observed >= Math.min(low, expected - room)
    : observed <= Math.max(high, expected + room);
}
