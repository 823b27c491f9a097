import type { Baseline, Stretch } from '../baseline/index.ts';
import { judgeComponent, openingCut } from '../detect/index.ts';
import { unitOf } from '../domain/component.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import type { LearnedStretch } from '../domain/learned-stretch.ts';
import { SCALE_WINDOWS } from '../domain/scales.ts';
import { usOf, WINDOW_MS } from '../domain/summary.ts';
import { CAUSES_A_SUSPECT } from '../locate/index.ts';

/** What begins within two minutes of the end of another is the same. */
const SAME_WINDOWS = 12;
/** A component that its cause touches is hot with some such probability: what is left of its evidence in a cause's score. */
const LOG_TOUCHED = Math.log(0.3);

export interface LearnedParts {
  readonly table: ComponentTable;
  readonly stretches: ReadonlyMap<number, readonly Stretch[]>;
  /** Fitted to all of it, stretches and all. */
  readonly baselines: ReadonlyMap<number, Baseline>;
  readonly falseAlertsPerWeek: number;
}

interface Piece {
  readonly component: number;
  readonly stretch: Stretch;
}

interface Group {
  readonly pieces: Piece[];
  from: number;
  to: number;
}

/** Stretches of components, those of the same time as one, in order of time; by the finest blocks that any of them has. */
export function learnedStretches(parts: LearnedParts): LearnedStretch[] {
  const pieces = [...parts.stretches].flatMap(([component, stretches]) =>
    stretches.map((stretch) => ({ component, stretch })),
  );
  pieces.sort((a, b) => a.stretch.blockWindows - b.stretch.blockWindows || a.stretch.from - b.stretch.from);
  const groups: Group[] = [];
  for (const piece of pieces) join(groups, piece);
  const perWeek = parts.falseAlertsPerWeek;
  const cut = openingCut({ perWeek, hypotheses: parts.table.names.serviceCount * CAUSES_A_SUSPECT });
  return groups.toSorted((a, b) => a.from - b.from).map((group) => told(group, parts, cut));
}

function join(groups: Group[], piece: Piece): void {
  const { from, to, blockWindows } = piece.stretch;
  const group = groups.find((one) => from < one.to + SAME_WINDOWS && to > one.from - SAME_WINDOWS);
  if (group === undefined) {
    groups.push({ pieces: [piece], from, to });
    return;
  }
  group.pieces.push(piece);
  if (blockWindows > group.pieces[0].stretch.blockWindows) return;
  group.from = Math.min(group.from, from);
  group.to = Math.max(group.to, to);
}

function told({ pieces, from, to }: Group, { table, baselines }: LearnedParts, cut: number): LearnedStretch {
  const [loudest] = pieces.toSorted((a, b) => b.stretch.z - a.stretch.z);
  const unit = unitOf(table.kindOf(loudest.component));
  const native = (value: number): number => (unit === 'us' ? usOf(value) : value);
  return {
    fromMs: from * WINDOW_MS,
    toMs: to * WINDOW_MS,
    loudest: {
      component: table.key(loudest.component),
      unit,
      observed: native(loudest.stretch.observed),
      expected: native(loudest.stretch.expected),
    },
    components: new Set(pieces.map(({ component }) => component)).size,
    isToldAgain: pieces.some(
      ({ component, stretch }) =>
        strengthAgain(table, component, { stretch, baseline: baselines.get(component) }) + LOG_TOUCHED >= cut,
    ),
  };
}

/** The evidence there would be were as much of it seen again: the largest log Bayes factor of the scales. */
function strengthAgain(
  table: ComponentTable,
  component: number,
  { stretch, baseline }: { stretch: Stretch; baseline: Baseline | undefined },
): number {
  if (baseline === undefined) return 0;
  const { from, to, observed, traces } = stretch;
  const each = traces / (to - from);
  const inTail = baseline.tail !== undefined && observed >= baseline.level + baseline.tail.offset;
  const strengths = SCALE_WINDOWS.map((length, scale) => {
    const column = (value: number): Float64Array => new Float64Array(length).fill(value);
    const parts = {
      length,
      count: column(each),
      sum: column(each * observed),
      top: column(observed),
      exceeded: column(inTail ? each : 0),
      tailUs: column(inTail ? each * usOf(observed) : 0),
    };
    return judgeComponent(table.kindOf(component), baseline, parts, scale)?.logBayes ?? 0;
  });
  return Math.max(...strengths);
}
