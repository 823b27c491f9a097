import type { Score } from '../scoring/index.ts';

/** One line: a method on a capture. */
export interface ResultRow {
  readonly capture: string;
  /** How it learned and what it judged. */
  readonly learned: string;
  readonly method: string;
  readonly score: Score;
  readonly seconds: number;
  /** Of ours: false alerts that the budget allows in the time judged. */
  readonly expected?: number;
  /** Of a rival: its multiplier, and its false openings as the textbook sets it. */
  readonly tuned?: { readonly multiplier: number; readonly untunedFalseAlarms: number };
}

export const COLUMNS = [
  'capture',
  'learned',
  'method',
  'found',
  'first right',
  'among three',
  'minutes P / R / F1',
  'false alarms',
  'an hour',
  'detected after p50 / p90',
  'incidents a fault',
  'false expected / observed',
  'threshold x, false at x 1',
  'wall',
] as const;

export function cellsOf(row: ResultRow): string[] {
  const { score, tuned, expected } = row;
  const { minutes, detectedAfterSeconds: after, falseAlarms } = score;
  const usable = score.faults.length;
  const two = (value: number): string => (Number.isNaN(value) ? '-' : value.toFixed(2));
  const whole = (value: number): string => (Number.isNaN(value) ? '-' : `${value.toFixed(0)} s`);
  const ofFaults = (text: string): string => (usable === 0 ? '-' : text);
  return [
    row.capture,
    row.learned,
    row.method,
    ofFaults(`${score.found}/${usable}`),
    ofFaults(`${score.top1}`),
    ofFaults(`${score.top3}`),
    ofFaults(`${two(minutes.precision)} / ${two(minutes.recall)} / ${two(minutes.f1)}`),
    `${falseAlarms.length} in ${Math.round(score.quietHours * 60)} min`,
    two(falseAlarms.length / score.quietHours),
    ofFaults(`${whole(after.p50)} / ${whole(after.p90)}`),
    ofFaults(two(score.incidentsPerFault)),
    expected === undefined ? '' : `${two(expected)} / ${falseAlarms.length}`,
    tuned === undefined ? '' : `${two(tuned.multiplier)}, ${tuned.untunedFalseAlarms}`,
    `${row.seconds.toFixed(1)} s`,
  ];
}

/** Lines with aligned columns, the first the heads. */
export function textTable(rows: readonly ResultRow[]): string[] {
  const lines = [[...COLUMNS], ...rows.map(cellsOf)];
  const widths = COLUMNS.map((_, c) => Math.max(...lines.map((cells) => cells[c].length)));
  return lines.map((cells) =>
    cells
      .map((cell, c) => cell.padEnd(widths[c]))
      .join('  ')
      .trimEnd(),
  );
}

export function markdownTable(rows: readonly ResultRow[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(COLUMNS), line(COLUMNS.map(() => '---')), ...rows.map((row) => line(cellsOf(row)))];
}

/** Where a rival, at no more false openings than ours, finds or names more. */
export function rivalWins(rows: readonly ResultRow[]): string[] {
  return rows.flatMap((rival) => {
    if (rival.tuned === undefined || rival.score.faults.length === 0) return [];
    const ours = rows.find(
      ({ capture, learned, tuned }) =>
        tuned === undefined && capture === rival.capture && learned === rival.learned,
    );
    if (ours === undefined) return [];
    const more = (['found', 'top1', 'top3'] as const)
      .filter((figure) => rival.score[figure] > ours.score[figure])
      .map((figure) => `${FIGURES[figure]} ${rival.score[figure]} against ${ours.score[figure]}`);
    if (rival.score.minutes.f1 > ours.score.minutes.f1)
      more.push(`minute F1 ${rival.score.minutes.f1.toFixed(2)} against ${ours.score.minutes.f1.toFixed(2)}`);
    const [rivalP90, oursP90] = [rival, ours].map((row) => row.score.detectedAfterSeconds.p90);
    // Of a few easy faults it says nothing.
    if (rival.score.found * 2 > ours.score.found && rivalP90 < oursP90)
      more.push(
        `detected after p90 ${rivalP90.toFixed(0)} s against ${oursP90.toFixed(0)} s, each of what it found`,
      );
    return more.length === 0
      ? []
      : [`${rival.capture}, learned ${rival.learned}: ${rival.method} is better: ${more.join('; ')}`];
  });
}

const FIGURES = { found: 'found', top1: 'first right', top3: 'among three' } as const;

/** What ours did not find or misnamed, by row. */
export function shortcomings(rows: readonly ResultRow[]): string[] {
  return rows
    .filter(({ capture, tuned }) => tuned === undefined && capture !== 'pooled')
    .filter(({ score }) => score.faults.length + score.falseAlarms.length > 0)
    .map(({ capture, learned, score }) => {
      const missed = score.faults.filter(({ suspects }) => suspects === undefined);
      const wrong = score.faults.filter(
        ({ fault, suspects }) => suspects !== undefined && suspects[0] !== fault.service,
      );
      const parts = [
        `not found: ${missed.map(({ fault }) => `${fault.service} ${fault.type}`).join(', ') || 'none'}`,
        `another blamed: ${wrong.map(({ fault, suspects }) => `${suspects?.[0]} for ${fault.service} ${fault.type}`).join(', ') || 'none'}`,
        `false alarms at: ${score.falseAlarms.map((ms) => new Date(ms).toISOString().slice(11, 19)).join(', ') || 'none'}`,
      ];
      return `${capture}, learned ${learned}: ${parts.join('; ')}`;
    });
}
