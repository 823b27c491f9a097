import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { describeMachine } from './machine.ts';
import { type Row, isMet, textTable } from './rows.ts';
import { BENCH_NAMES, type BenchName, SUITE } from './suite.ts';
import { performanceDocs, withRows } from './write-docs.ts';

const USAGE = `usage: npm run bench -- [--only NAME]... [--json FILE] [--write-docs]
names: ${BENCH_NAMES.join(', ')}
With --only, --write-docs replaces the rows of these alone.
`;
const PAGE = 'docs/performance.md';

const run = promisify(execFile);

interface Options {
  readonly only: readonly BenchName[];
  readonly json: string | undefined;
  readonly writeDocs: boolean;
}

/** Each benchmark in a process of its own, one after the other: none warms up or litters another's. */
async function main({ only, json, writeDocs }: Options): Promise<void> {
  const machine = await describeMachine();
  process.stdout.write(`${machine.lines.join('\n')}\n`);
  const rows: Row[] = [];
  for (const name of only) {
    process.stderr.write(`${name} ...\n`);
    const script = fileURLToPath(import.meta.url);
    const { stdout } = await run(process.execPath, [...process.execArgv, script, '--rows-of', name]);
    rows.push(...(JSON.parse(stdout) as Row[]));
  }
  process.stdout.write(`\n${textTable(rows).join('\n')}\n`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ ...machine, rows }, null, 2)}\n`);
  if (writeDocs) {
    const isWhole = only.length === BENCH_NAMES.length;
    const text = isWhole
      ? await performanceDocs(machine.lines, rows)
      : await withRows(readFileSync(PAGE, 'utf8'), { machine: machine.lines, rows, only });
    writeFileSync(PAGE, text);
  }
  if (rows.some((row) => row.goal?.isAim !== true && isMet(row) === false)) process.exitCode = 1;
}

function readOptions(): Options & { readonly rowsOf: string | undefined } {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      'write-docs': { type: 'boolean', default: false },
      'rows-of': { type: 'string' },
    },
  });
  for (const name of values.only) if (!isBench(name)) throw new TypeError(`no benchmark ${name}`);
  return {
    only: values.only.length === 0 ? BENCH_NAMES : values.only.filter(isBench),
    json: values.json,
    writeDocs: values['write-docs'],
    rowsOf: values['rows-of'],
  };
}

function isBench(name: string): name is BenchName {
  return name in SUITE;
}

try {
  const options = readOptions();
  if (options.rowsOf !== undefined && isBench(options.rowsOf))
    process.stdout.write(JSON.stringify(await SUITE[options.rowsOf]()));
  else await main(options);
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  process.stderr.write(`${error.message}\n${USAGE}`);
  process.exitCode = 2;
}
