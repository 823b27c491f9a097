import { parseArgs } from 'node:util';
import { CAPTURES, runDetection } from './run.ts';
import { rivalWins, shortcomings, textTable } from './table.ts';
import { writeResults } from './write-docs.ts';

const USAGE = `usage: npm run bench:detection -- DIR [--only NAME] [--write-docs]

Learns and judges the labelled captures in DIR (a folder each: ${CAPTURES.join(', ')}, and any
other folder with a spans.otlp.jsonl.gz) in several ways, by their scoring protocol, beside three simple rivals with no more
false openings than ours. Which of those named is absent is SKIPPED.

  --only NAME   this capture alone
  --write-docs  writes docs/detection-results.md
`;

interface Options {
  readonly dataDir: string;
  readonly only?: string;
  readonly writeDocs: boolean;
}

function readOptions(args: readonly string[]): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { only: { type: 'string' }, 'write-docs': { type: 'boolean', default: false } },
    });
    const [dataDir] = positionals;
    if (dataDir === undefined || positionals.length > 1) return undefined;
    return {
      dataDir,
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
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const run = await runDetection(options.dataDir, { ...options, say });
  const { rows, skipped } = run;
  const lines = [
    ...textTable(rows),
    '',
    ...skipped.map((name) => `SKIPPED ${name}`),
    ...shortcomings(rows),
    ...rivalWins(rows),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (options.writeDocs) await writeResults(run, options.only);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
