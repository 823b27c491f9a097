/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: Unit;
  /** The peer timed in the same run, and how much better `value` is: more speed, or less time. */
  readonly peer?: { readonly name: string; readonly value: number; readonly ratio: number };
  readonly goal?: Goal;
}

export type Unit = 'spans/s' | 'rows/s' | 'values/s' | 'ms' | 'MiB' | 'AUC' | 'ns/span' | 'names';

/** A limit for the ratio to the peer, or for the value itself. An aim that is missed does not fail the run. */
export type Goal = (
  | { readonly of: 'ratio'; readonly atLeast: number }
  | { readonly of: 'value'; readonly atLeast: number }
  | { readonly of: 'value'; readonly atMost: number }
) & { readonly isAim?: true };

export function isMet(row: Row): boolean | undefined {
  const { goal } = row;
  if (goal === undefined) return undefined;
  const value = goal.of === 'ratio' ? (row.peer?.ratio ?? 0) : row.value;
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
}

export const COLUMNS = ['what', 'here', 'peer', 'ratio', 'goal', ''] as const;

/** The row's cells as text, by `COLUMNS`. */
export function cellsOf(row: Row): string[] {
  const { peer, goal } = row;
  const met = isMet(row);
  return [
    row.what,
    formatted(row.value, row.unit),
    peer === undefined ? '' : `${formatted(peer.value, row.unit)} ${peer.name}`,
    peer === undefined ? '' : `${peer.ratio.toPrecision(peer.ratio < 10 ? 2 : 3)}x`,
    goal === undefined ? '' : goalText(goal, row.unit),
    met === undefined ? '' : met ? 'met' : 'NOT met',
  ];
}

function goalText(goal: Goal, unit: Unit): string {
  const limit = (value: number): string => (goal.of === 'ratio' ? `${value}x` : formatted(value, unit));
  const text = 'atLeast' in goal ? `>= ${limit(goal.atLeast)}` : `<= ${limit(goal.atMost)}`;
  return goal.isAim === true ? `aim ${text}` : text;
}

function formatted(value: number, unit: Unit): string {
  if (unit === 'AUC') return `${value.toFixed(3)} AUC`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)}M ${unit}`;
  if (value >= 1e5) return `${(value / 1e3).toFixed(0)}k ${unit}`;
  return `${value.toFixed(0)} ${unit}`;
}

/** Lines with aligned columns. */
export function textTable(rows: readonly Row[]): string[] {
  const lines = [[...COLUMNS], ...rows.map(cellsOf)];
  const widths = COLUMNS.map((_, c) => Math.max(...lines.map((cells) => cells[c].length)));
  return lines.map((cells) =>
    cells
      .map((cell, c) => cell.padEnd(widths[c]))
      .join('  ')
      .trimEnd(),
  );
}

export function markdownTable(rows: readonly Row[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(COLUMNS), line(COLUMNS.map(() => '---')), ...rows.map((row) => line(cellsOf(row)))];
}
