import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ReportIncident } from '../../src/domain/report.ts';
import type { Check, CheckContext, CheckResult, CheckRow } from '../verify-long/check.ts';
import {
  capturedInput,
  type Compared,
  type Place,
  PLACES,
  replayed,
  runWay,
  simulatedInput,
  type SourceInput,
  type WayResult,
} from './same/index.ts';

/** One capture by every way into a running service: what each finds is what `replay` finds in the file. */
export const sameIncidents: Check = {
  name: 'same',
  title: 'The same incidents, whichever way the spans come',
  run: async (context) => {
    const { dataDir, scratch, say } = context;
    const captured = dataDir === undefined ? undefined : await capturedInput(dataDir, scratch);
    if (captured === undefined)
      say('SKIPPED the capture (no DIR, or it is not there): the simulated shop instead');
    return compareWays(captured ?? (await simulatedInput(scratch, { tracesPerSecond: 10 })), context);
  },
};

export async function compareWays(
  input: SourceInput,
  { scratch, say }: Pick<CheckContext, 'scratch' | 'say'>,
): Promise<CheckResult & { readonly results: readonly WayResult[] }> {
  const incidents = await replayed(input, scratch);
  say(`${input.what}: ${input.spans} spans, ${incidents.length} incidents in the replay`);
  const results: WayResult[] = [];
  const broken: CheckRow[] = [];
  for (const [n, place] of PLACES.entries()) {
    try {
      for await (const result of resultsAt(place, input, {
        folder: join(scratch, `place-${n}`),
        incidents,
      })) {
        say(`  ${result.way}: ${result.spans} spans in ${result.seconds.toFixed(0)} s, ${countsOf(result)}`);
        for (const one of result.compared)
          for (const { field, reason } of reasonsOf(one))
            if (reason === undefined)
              say(`    ${one.replayed?.id ?? one.live?.id}: ${field} is not explained`);
        results.push(result);
      }
    } catch (error) {
      // What the other places show is not lost by it.
      const measured = error instanceof Error ? error.message.slice(0, 500) : String(error);
      broken.push({ promise: `${place.name}: runs to its end`, measured, ok: false });
    }
  }
  return {
    rows: [...results.flatMap((result) => rowsOf(input, result)), ...broken],
    markdown: markdownOf(input, results),
    results,
  };
}

async function* resultsAt(
  place: Place,
  input: SourceInput,
  { folder, incidents }: { readonly folder: string; readonly incidents: readonly ReportIncident[] },
): AsyncGenerator<WayResult> {
  mkdirSync(folder);
  const open = await place.open(input, folder);
  try {
    for (const [n, way] of open.ways.entries())
      yield await runWay(way, input, { folder: join(folder, `way-${n}`), incidents });
  } finally {
    await open.close();
  }
}

function rowsOf({ spans }: SourceInput, result: WayResult): CheckRow[] {
  const unexplained = result.compared.filter((one) =>
    reasonsOf(one).some(({ reason }) => reason === undefined),
  );
  return [
    {
      promise: `${result.way}: every span read, none twice`,
      measured: `${result.spans} of ${spans}, ${result.duplicates} twice, ${result.late} late`,
      ok: result.spans === spans && result.duplicates === 0,
    },
    {
      promise: `${result.way}: the incidents of the replay, differences explained`,
      measured: countsOf(result),
      ok: unexplained.length === 0 && result.compared.length > 0,
    },
  ];
}

function countsOf({ compared }: WayResult): string {
  const count = (kind: Compared['kind']): number => compared.filter((one) => one.kind === kind).length;
  return (
    `${count('same')} the same in every field, ${count('figures')} but for rounding, ${count('differs')} in some field, ` +
    `${count('missing')} missing, ${count('extra')} more`
  );
}

interface Reason {
  readonly field: string;
  /** undefined: not explained. */
  readonly reason: string | undefined;
}

/** Why a field may differ though the same spans were judged. What is not here is a fault. */
const EXPLAINED: readonly (readonly [field: RegExp, reason: string])[] = [
  [
    /^exemplars\.typicalTraceId$/,
    'the ordinary trace that is shown beside is the newest at that moment; a source hands over 2,048 spans at a time, a replay a line, so that the moment is another',
  ],
];

function reasonsOf({ kind, fields }: Compared): readonly Reason[] {
  if (kind === 'missing' || kind === 'extra') return [{ field: kind, reason: undefined }];
  return fields.map((field) => ({ field, reason: EXPLAINED.find(([pattern]) => pattern.test(field))?.[1] }));
}

function markdownOf({ what, spans }: SourceInput, results: readonly WayResult[]): string {
  const table = results.map((one) => {
    const of = (kind: Compared['kind']): number => one.compared.filter((each) => each.kind === kind).length;
    const largest = Math.max(0, ...one.compared.map((each) => each.largest));
    const cells = [one.way, one.spans, one.late, `${one.seconds.toFixed(0)} s`];
    cells.push(of('same'), `${of('figures')}${largest > 0 ? ` (${largest.toExponential(0)})` : ''}`);
    return `| ${[...cells, of('differs'), of('missing'), of('extra')].join(' | ')} |`;
  });
  return [
    `${what}, ${spans} spans, by \`spanwatch run --clock event\` and the real server, against \`spanwatch replay\` of the file with the same model. Jaeger was filled by OTLP and keeps its spans in the Elasticsearch that is read; the figure in brackets is the largest relative difference.`,
    '',
    '| way | spans | late | read in | the same | but for rounding | differ | missing | more |',
    '|---|---|---|---|---|---|---|---|---|',
    ...table,
    '',
    ...differences(results),
  ].join('\n');
}

function differences(results: readonly WayResult[]): string[] {
  const lines = results.flatMap(({ way, compared }) =>
    compared.flatMap((one) =>
      reasonsOf(one).map(({ field, reason }) => ({
        way,
        incident: one.replayed?.id ?? one.live?.id ?? '',
        field,
        reason: reason ?? '**not explained**',
      })),
    ),
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
