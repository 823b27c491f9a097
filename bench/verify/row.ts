export type Outcome = 'ok' | 'MISSED' | 'SKIPPED' | 'info';

/** A line of the table: what was measured, against which bar; without a bar it only informs. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly bar: string;
  readonly outcome: Outcome;
}

/** What `measured` must be, in words, and whether it is. */
export interface Bar {
  readonly text: string;
  readonly met: boolean;
}

export function barRow(what: string, measured: string | number, bar: Bar): Row {
  return { what, measured: String(measured), bar: bar.text, outcome: bar.met ? 'ok' : 'MISSED' };
}

export function infoRow(what: string, measured: string | number): Row {
  return { what, measured: String(measured), bar: '', outcome: 'info' };
}

export function skippedRow(what: string, why: string): Row {
  return { what, measured: why, bar: '', outcome: 'SKIPPED' };
}

export function atLeast(value: number, least: number, unit = ''): Bar {
  return { text: `>= ${least}${unit}`, met: value >= least };
}

export function atMost(value: number, most: number, unit = ''): Bar {
  return { text: `<= ${most}${unit}`, met: value <= most };
}

export function mustBe(met: boolean, text: string): Bar {
  return { text, met };
}

export function textLine({ what, measured, bar, outcome }: Row): string {
  const mark = outcome === 'info' ? '' : outcome;
  return `${mark.padEnd(8)}${what}: ${measured}${bar === '' ? '' : `  [${bar}]`}`;
}

export function markdownTable(rows: readonly Row[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(['what', 'measured', 'bar', '']),
    line(['---', '---', '---', '---']),
    ...rows.map(({ what, measured, bar, outcome }) =>
      line([what, measured, bar, outcome === 'info' ? '' : outcome]),
    ),
  ];
}
