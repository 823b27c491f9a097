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

/** By reason and part of an incident, with the ways in which each incident differs. */
function differences(results: readonly WayResult[]): string[] {
  const lines = results.flatMap(({ way, differences: own }) =>
    own.map(({ incident, field, reason = '**not explained**' }) => ({ way, incident, field, reason })),
  );
  if (lines.length === 0) return ['No field of any incident differs.'];
  const grouped = Map.groupBy(lines, ({ field, reason }) => `${field} | ${reason}`);
  return [
    '| differs | why | where |',
    '|---|---|---|',
    ...[...grouped].map(([key, own]) => {
      const ways = Map.groupBy(own, ({ way }) => way);
      const places = [...ways].map(
        ([way, each]) => `${way}: ${each.map(({ incident }) => incident).join(', ')}`,
      );
      return `| ${key} | ${places.join('; ')} |`;
    }),
  ];
}
