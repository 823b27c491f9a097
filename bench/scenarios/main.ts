import { parseArgs } from 'node:util';
import { describeMachine } from '../machine.ts';
import { chosen } from './run-seed.ts';
import { runScenarios } from './run.ts';
import { FIRE_COLUMNS, fireRows, QUIET_COLUMNS, quietRows, shortcomings, totalsOf } from './table.ts';
import { totalsText } from './totals-text.ts';
import { writeScenarioResults } from './write-docs.ts';

const DEFAULT_SEEDS = 20;
const DEFAULT_JOBS = 2;
const USAGE = `usage: npm run bench:scenarios -- [--only NAME] [--seeds N] [--first N] [--jobs N] [--write-docs]

Lets every scenario of src/simulator/scenarios happen to N grown systems (seeds 1 to N, ${DEFAULT_SEEDS} when not said), each judged
by the model of its own quiet hour: faults found, first suspect right, time to detect, false alarms.

  --only NAME   scenarios whose name contains NAME
  --first N     seeds from N on: systems that nobody looked at while constants were chosen
  --jobs N      processes (default ${DEFAULT_JOBS})
  --write-docs  writes docs/scenario-results.md
`;

interface Options {
  readonly only?: string;
  readonly seeds: number;
  readonly first: number;
  readonly jobs: number;
  readonly writeDocs: boolean;
}

function readOptions(args: readonly string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        seeds: { type: 'string', default: String(DEFAULT_SEEDS) },
        first: { type: 'string', default: '1' },
        jobs: { type: 'string', default: String(DEFAULT_JOBS) },
        'write-docs': { type: 'boolean', default: false },
      },
    });
    const [seeds, first, jobs] = [values.seeds, values.first, values.jobs].map(Number);
    if ([seeds, first, jobs].some((n) => !Number.isInteger(n) || n < 1) || chosen(values.only).length === 0)
      return undefined;
    return {
      seeds,
      first,
      jobs,
      writeDocs: values['write-docs'],
      ...(values.only === undefined ? {} : { only: values.only }),
    };
  } catch {
    return undefined;
  }
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  // The commit that is measured is the one at the start.
  const machine = await describeMachine();
  const run = await runScenarios({
    ...options,
    onSeed: (done) => {
      const failed = done.failed.length === 0 ? '' : `, ${done.failed.length} FAILED`;
      process.stderr.write(
        `${done.seeds.length} of ${options.seeds} seeds${failed}, ${done.seconds.toFixed(0)} s\n`,
      );
      // Each time, so that a run that is broken off has written the seeds that it did.
      if (options.writeDocs) writeScenarioResults(done, machine, options);
    },
  });
  const lines = [
    ...aligned([[...FIRE_COLUMNS], ...fireRows(run.scores)]),
    '',
    ...aligned([[...QUIET_COLUMNS], ...quietRows(run.scores)]),
    '',
    ...shortcomings(run.scores),
    '',
    ...totalsText(totalsOf(run.scores)),
    `${run.spans} spans in ${run.seconds.toFixed(0)} s`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  for (const { seed, reason } of run.failed)
    process.stderr.write(`seed ${seed} failed and is in none of this: ${reason}\n`);
  return run.failed.length === 0 ? 0 : 1;
}

function aligned(lines: readonly string[][]): string[] {
  const widths = lines[0].map((_, c) => Math.max(...lines.map((cells) => cells[c].length)));
  return lines.map((cells) =>
    cells
      .map((cell, c) => cell.padEnd(widths[c]))
      .join('  ')
      .trimEnd(),
  );
}

process.exitCode = await main(process.argv.slice(2));
