import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Context } from './context.ts';
import { verifyBenchmarks } from './benchmarks.ts';
import { verifyDetection } from './detection.ts';
import { verifyFreshClone } from './fresh-clone.ts';
import { verifyLive } from './live.ts';
import { verifyProperties } from './properties.ts';
import { barRow, mustBe, type Row, textLine } from './row.ts';
import { type VerifiedSection, writeResults } from './write-docs.ts';

const USAGE = `usage: npm run verify -- DIR [--quick] [--write-docs]

Checks what Spanwatch promises against the labelled captures in DIR (a folder each, with spans.otlp.jsonl.gz and
faults.csv), through the command line as a user would. What is absent is SKIPPED. Exit code 1 when a bar is missed.

  --quick       posts only the first 40,000 spans to the live service; no fresh clone, no benchmark
  --write-docs  writes docs/verify-results.md
`;

type Section = (context: Context) => AsyncIterable<Row>;

const SECTIONS: readonly (readonly [title: string, section: Section])[] = [
  ['1. a fresh clone', verifyFreshClone],
  ['2. detection on captures', verifyDetection],
  ['3. the live service', verifyLive],
  ['4. properties', verifyProperties],
  ['5. benchmarks', verifyBenchmarks],
];

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { dataDir, quick } = options;
  const scratch = mkdtempSync(join(tmpdir(), 'spanwatch-verify-'));
  const verified: VerifiedSection[] = [];
  try {
    if (quick)
      say('--quick: posts only the first 40,000 spans to the live service; no fresh clone, no benchmark');
    if (!existsSync(dataDir)) say(`SKIPPED ${dataDir}: there is no such folder, so no capture is judged`);
    for (const [title, section] of SECTIONS) {
      say(`\n== ${title}`);
      verified.push({ title, rows: await rowsOf(section, { dataDir, quick, scratch }) });
    }
    if (options.writeDocs) await writeResults(verified, quick);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const rows = verified.flatMap((section) => section.rows);
  const count = (outcome: Row['outcome']): number => rows.filter((row) => row.outcome === outcome).length;
  say(`\n${count('ok')} passed, ${count('MISSED')} failed`);
  return count('MISSED') === 0 ? 0 : 1;
}

/** Says each row as it comes. A section that breaks off has missed what it was to show. */
async function rowsOf(section: Section, context: Context): Promise<Row[]> {
  const rows: Row[] = [];
  const take = (row: Row): void => {
    rows.push(row);
    say(textLine(row));
  };
  try {
    for await (const row of section(context)) take(row);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    take(barRow('the section broke off', why.trim(), mustBe(false, 'runs to its end')));
  }
  return rows;
}

interface Options {
  readonly dataDir: string;
  readonly quick: boolean;
  readonly writeDocs: boolean;
}

function readOptions(args: readonly string[]): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        'write-docs': { type: 'boolean', default: false },
      },
    });
    const [dataDir] = positionals;
    if (dataDir === undefined || positionals.length > 1) return undefined;
    return { dataDir, quick: values.quick, writeDocs: values['write-docs'] };
  } catch {
    return undefined;
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main(process.argv.slice(2));
