import type { Compared } from './compare.ts';
import type { SourceInput } from './input.ts';
import type { WayResult } from './reference.ts';

export function countsOf(result: WayResult): string {
  return (
    `${count(result, 'same')} the same in every field, ${count(result, 'figures')} but for rounding, ` +
    `${count(result, 'differs')} in some field, ${count(result, 'missing')} missing, ${count(result, 'extra')} more`
  );
}

function count({ compared }: WayResult, kind: Compared['kind']): number {
  return compared.filter((one) => one.kind === kind).length;
}

/** A table of the ways, and one of the differences. */
export function sameMarkdown({ what, spans }: SourceInput, results: readonly WayResult[]): string {
  const table = results.map((one) => {
    const largest = Math.max(0, ...one.compared.map((each) => each.largest));
    const cells = [one.way, one.spans, one.late, `${one.seconds.toFixed(0)} s`];
    cells.push(
      count(one, 'same'),
      `${count(one, 'figures')}${largest > 0 ? ` (${largest.toExponential(0)})` : ''}`,
    );
    return `| ${[...cells, count(one, 'differs'), count(one, 'missing'), count(one, 'extra')].join(' | ')} |`;
  });
  return [
    `${what}, ${spans} spans, by \`spanwatch run --clock event\` and the real server, against \`spanwatch replay\` of the file with the same model. Jaeger was filled by OTLP and keeps its spans in the Elasticsearch that is read; the figure in brackets is the largest relative difference of figures that count as the same.`,
    '',
    '| way | spans | late | read in | the same | but for rounding | differ | missing | more |',
    '|---|---|---|---|---|---|---|---|---|',
    ...table,
    '',
    ...differences(results),
  ].join('\n');
}

/** By reason and incident: which fields, and in which ways. Reasons are long and few: by numbers below the table. */
function differences(results: readonly WayResult[]): string[] {
  const lines = results.flatMap(({ way, differences: own }) =>
    own.map(({ incident, field, reason = '**not explained**' }) => ({ way, incident, field, reason })),
  );
  if (lines.length === 0) return ['No field of any incident differs.'];
  const reasons = [...new Set(lines.map(({ reason }) => reason))];
  const grouped = [...Map.groupBy(lines, ({ incident, reason }) => `${incident} ${reason}`).values()];
  const rows = grouped
    .map((own) => {
      const all = (each: (line: (typeof own)[number]) => string): string =>
        [...new Set(own.map(each))].sort().join(', ');
      const ways = [...new Set(own.map(({ way }) => way))].join('; ');
      return `| ${own[0].incident} | ${all(({ field }) => field)} | ${ways} | ${reasons.indexOf(own[0].reason) + 1} |`;
    })
    .sort();
  return [
    '| incident | differs in | by | why |',
    '|---|---|---|---|',
    ...rows,
    '',
    ...reasons.map((reason, i) => `${i + 1}. ${reason}`),
  ];
}
