import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check, CheckContext, CheckResult, CheckRow } from '../verify-long/check.ts';
import {
  capturedInput,
  type Place,
  PLACES,
  runWay,
  simulatedInput,
  type SourceInput,
  type WayRun,
} from './same/index.ts';
import { Reference, type WayResult } from './same/reference.ts';
import { countsOf, sameMarkdown } from './same/same-page.ts';

/** A folder for what each place gave: what is there is not run again, as the whole takes twenty minutes and more. */
const KEPT = process.env['SPANWATCH_SAME_KEPT'];

/** One capture by every way into a running service: what each finds is what `replay` finds in the file. */
export const sameIncidents: Check = {
  name: 'same',
  title: 'The same incidents, whichever way the spans come',
  run: async (context) => {
    const { dataDir, scratch, say } = context;
    const captured = dataDir === undefined ? undefined : await capturedInput(dataDir, scratch);
    if (captured === undefined)
      say('SKIPPED the capture (no DIR, or it is not there): the simulated shop instead');
    return compareWays(captured ?? (await simulatedInput(scratch, { tracesPerSecond: 10 })), context, KEPT);
  },
};

export async function compareWays(
  input: SourceInput,
  { scratch, say }: Pick<CheckContext, 'scratch' | 'say'>,
  kept?: string,
): Promise<CheckResult & { readonly results: readonly WayResult[] }> {
  const reference = await Reference.of(input, scratch);
  say(`${input.what}: ${input.spans} spans, ${reference.incidents} incidents in the replay`);
  const results: WayResult[] = [];
  const broken: CheckRow[] = [];
  for (const [n, place] of PLACES.entries()) {
    try {
      for await (const run of runsAt(place, input, { folder: join(scratch, `place-${n}`), kept })) {
        const result = await reference.compare(run, place);
        say(`  ${result.way}: ${result.spans} spans in ${result.seconds.toFixed(0)} s, ${countsOf(result)}`);
        for (const { incident, field, reason } of result.differences)
          if (reason === undefined) say(`    ${incident}: ${field} is not explained`);
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
    markdown: sameMarkdown(input, results),
    results,
  };
}

/** What a place gave is kept when it is whole. */
async function* runsAt(
  place: Place,
  input: SourceInput,
  { folder, kept }: { readonly folder: string; readonly kept: string | undefined },
): AsyncGenerator<WayRun> {
  const file = kept === undefined ? undefined : join(kept, `${place.name.replaceAll('/', '-')}.json`);
  if (file !== undefined && existsSync(file)) {
    yield* JSON.parse(readFileSync(file, 'utf8')) as WayRun[];
    return;
  }
  mkdirSync(folder);
  const open = await place.open(input, folder);
  const runs: WayRun[] = [];
  try {
    for (const [n, way] of open.ways.entries()) {
      const run = await runWay(way, input, join(folder, `way-${n}`));
      runs.push(run);
      yield run;
    }
  } finally {
    await open.close();
  }
  if (file !== undefined) writeFileSync(file, JSON.stringify(runs));
}

function rowsOf({ spans }: SourceInput, result: WayResult): CheckRow[] {
  return [
    {
      promise: `${result.way}: every span read, none twice`,
      measured: `${result.spans} of ${spans}, ${result.duplicates} twice, ${result.late} late`,
      ok: result.spans === spans && result.duplicates === 0,
    },
    {
      promise: `${result.way}: the incidents of the replay, differences explained`,
      measured: countsOf(result),
      ok: result.differences.every(({ reason }) => reason !== undefined) && result.compared.length > 0,
    },
  ];
}
