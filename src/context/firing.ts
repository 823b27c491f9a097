import type { RecentWindows, ScaleJudgement } from '../detect/port.ts';
import { unitOf } from '../domain/component.ts';
import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import { LONGEST_SCALE, SCALE_WINDOWS } from '../domain/scales.ts';
import { WINDOW_MS } from '../domain/summary.ts';
import type { Finding } from '../locate/port.ts';
import { partStretch } from './observe-part.ts';

/** When something was really anomalous, epoch ms. */
export interface Firing {
  /** From the first to the end of the last window in which the loudest component has at least half of its largest excess. */
  readonly stretch: readonly [fromMs: number, toMs: number];
  /**
   * When the window began in which it began, where that is one of those judged: what was judged then has calm in it, and this
   * window too. Undefined where it goes on from before them, or nothing says when it began.
   */
  readonly onsetMs: number | undefined;
}

export function firingOf(
  { recent, table }: { readonly recent: RecentWindows; readonly table: ComponentTable },
  scale: ScaleJudgement,
  { finding, rows, toMs }: { finding: Finding; rows: ReadonlyMap<number, number>; toMs: number },
): Firing {
  const windows = SCALE_WINDOWS[scale.scale];
  const oldest = toMs - windows * WINDOW_MS;
  const ofPart = partStretch(finding, toMs);
  if (ofPart !== undefined) return { stretch: ofPart, onsetMs: ofPart[0] > oldest ? ofPart[0] : undefined };
  const loudest = finding.hot.find(({ component }) => table.kind[component] !== KindCode.outlier);
  const row = loudest === undefined ? undefined : rows.get(loudest.component);
  if (loudest === undefined || row === undefined) return { stretch: [oldest, toMs], onsetMs: undefined };
  const level = scale.expected[row];
  // More time is what speaks of a latency, also where only the tail shows it.
  const isTime = unitOf(table.kindOf(loudest.component)) === 'us';
  const sign = isTime || scale.observed[row] >= level ? 1 : -1;
  const failures = sign > 0 && unitOf(table.kindOf(loudest.component)) === 'ratio';
  const over = { level, sign, failures } as const;
  const stretch = recent.stretchOfExcess(loudest.component, windows, over) ?? [oldest, toMs];
  // Where nothing further back is kept, the oldest window is as good as full: it is one of twelve.
  const back = Math.min(LONGEST_SCALE, windows + 1);
  const began = recent.stretchOfExcess(loudest.component, back, over)?.[0];
  const isWithin = began !== undefined && began >= oldest && (back > windows || began > oldest);
  return { stretch, onsetMs: isWithin ? began : undefined };
}
