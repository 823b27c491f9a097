import type { ComponentTable } from '../domain/component-table.ts';
import { unitOf } from '../domain/component.ts';
import type { Evidence } from '../domain/evidence.ts';
import { normalTail } from '../domain/normal.ts';
import { SCALE_WINDOWS } from '../domain/scales.ts';
import { usOf, WINDOW_MS } from '../domain/summary.ts';
import type { Finding, FoundPart } from '../locate/port.ts';

/** Least log Bayes factor that is shown: 20 to 1. */
const SHOWN = 3;
const LEAST_P = 1e-12;
const MOST_SHOWN = 6;

function loudOf({ parts = [] }: Finding): readonly FoundPart[] {
  return parts.filter(({ logBayes }) => logBayes >= SHOWN).slice(0, MOST_SHOWN);
}

/** What pods, a version or a host show, in plain units; `expected` is what their siblings show at the same time. */
export function partEvidence(
  table: ComponentTable,
  finding: Finding,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Evidence[] {
  return loudOf(finding).map((part) => {
    const kind = table.kindOf(part.component);
    const unit = unitOf(kind);
    const plain = (value: number): number => (unit === 'us' ? usOf(value) : value);
    const [observed, expected] = [plain(part.observed), plain(part.expected)];
    return {
      ...{ component: part.key, kind, observed, expected, unit, fromMs, toMs },
      p: Math.max(LEAST_P, Math.min(1, 2 * normalTail(Math.abs(part.z)))),
      z: part.z,
      effect: unit === 'ratio' ? observed - expected : observed / Math.max(expected, 1e-9),
      direction: part.z >= 0 ? ('up' as const) : ('down' as const),
      count: part.count,
    };
  });
}

/** The windows in which the loudest piece lies at least half as far above its siblings as at its worst, epoch ms. */
export function partStretch(finding: Finding, toMs: number): [number, number] | undefined {
  const loudest = loudOf(finding).at(0);
  if (loudest === undefined) return undefined;
  const excesses = Array.from({ length: SCALE_WINDOWS[finding.scale] }, (_, back) => {
    let [count, sum] = [0, 0];
    for (const cell of loudest.cells) {
      count += cell.count[back];
      sum += cell.sum[back];
    }
    return count > 0 ? sum / count - loudest.expected : Number.NEGATIVE_INFINITY;
  });
  const largest = Math.max(...excesses);
  if (!(largest > 0)) return undefined;
  const hot = (excess: number): boolean => excess >= largest / 2;
  return [toMs - (excesses.findLastIndex(hot) + 1) * WINDOW_MS, toMs - excesses.findIndex(hot) * WINDOW_MS];
}

/** The part's largest traces of each piece, loudest first. */
export function partTraces(finding: Finding): { component: number; words: Int32Array }[] {
  return loudOf(finding).map(({ component, cells }) => {
    let best = { top: Number.NEGATIVE_INFINITY, words: new Int32Array(4) };
    for (const cell of cells)
      for (let back = 0; back < SCALE_WINDOWS[finding.scale]; back++)
        if (cell.top[back] > best.top)
          best = { top: cell.top[back], words: cell.topTrace.slice(back * 4, back * 4 + 4) };
    return { component, words: best.words };
  });
}

/** The part of its services' traces that it serves, 0..1; 1 when the whole service is the suspect. */
export function servedByPart(finding: Finding): number {
  const loud = loudOf(finding);
  if (loud.length === 0) return 1;
  const own = loud.reduce((sum, { count }) => sum + count, 0);
  const others = loud.reduce((sum, piece) => sum + piece.others, 0);
  return own / (own + others);
}
