import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cellsOf, isMet, type Row as BenchRow } from '../rows.ts';
import type { Context } from './context.ts';
import { barRow, infoRow, mustBe, type Row, skippedRow } from './row.ts';
import { REPOSITORY, runProcess } from './spanwatch-process.ts';

interface Promised {
  readonly what: string;
  readonly bar: string;
  readonly matches: (row: BenchRow) => boolean;
  readonly holds: (row: BenchRow) => boolean;
}

const ratio = (least: number) => (row: BenchRow) => (row.peer?.ratio ?? 0) >= least;

/** Held here as well as in the benchmark: who loosens a goal there is seen here. */
const PROMISED: readonly Promised[] = [
  {
    what: 'decode OTLP protobuf against protobufjs',
    bar: '>= 10x',
    matches: ({ what }) => what.startsWith('decode OTLP protobuf'),
    holds: ratio(10),
  },
  {
    what: 'bytes to verdicts against stock parts',
    bar: '>= 4x',
    matches: ({ what }) => what.startsWith('bytes to verdicts'),
    holds: ratio(4),
  },
  {
    what: 'memory with 1,000,000 open spans',
    bar: '<= 1024 MiB',
    matches: ({ what }) => /memory, 1000000 open spans/.test(what),
    holds: ({ value }) => value <= 1024,
  },
  {
    what: 'memory with 1,000,000 distinct operation names sent',
    bar: '<= 1024 MiB',
    matches: ({ what }) => /memory, 1000000 distinct operation names/.test(what),
    holds: ({ value }) => value <= 1024,
  },
];

/** Section 5: `npm run bench`, and its ratios and bounds. */
export async function* verifyBenchmarks({ quick, scratch }: Context): AsyncGenerator<Row> {
  if (quick) return yield skippedRow('npm run bench', 'left out by --quick');
  if (!existsSync(join(REPOSITORY, 'bench/main.ts'))) {
    return yield skippedRow('npm run bench', 'there is no bench/main.ts');
  }
  const output = join(scratch, 'bench.json');
  const { stderr } = await runProcess('npm', ['run', '-s', 'bench', '--', '--json', output], {
    cwd: REPOSITORY,
  });
  if (!existsSync(output)) throw new Error(`the benchmark wrote no figures: ${stderr.slice(-500)}`);
  const { rows } = JSON.parse(readFileSync(output, 'utf8')) as { rows: readonly BenchRow[] };
  for (const { what, bar, matches, holds } of PROMISED) {
    const row = rows.find(matches);
    const measured = row === undefined ? 'the benchmark does not measure it' : figuresOf(row);
    yield barRow(what, measured, mustBe(row !== undefined && holds(row), bar));
  }
  for (const row of rows.filter((one) => !PROMISED.some(({ matches }) => matches(one)))) {
    const goal = cellsOf(row)[4];
    const note = isMet(row) === false ? `, short of its own goal ${goal}` : '';
    yield infoRow(row.what.trim(), `${figuresOf(row)}${note}`);
  }
}

function figuresOf(row: BenchRow): string {
  const [, here, peer, times] = cellsOf(row);
  return peer === '' ? here : `${here}, ${peer}, ${times}`;
}
