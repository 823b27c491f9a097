import { format, resolveConfig } from 'prettier';
import { cellsOf, markdownTable, type Row } from './rows.ts';

/** docs/performance.md from a run's rows. */
export async function performanceDocs(machine: readonly string[], rows: readonly Row[]): Promise<string> {
  const path = 'docs/performance.md';
  return format(page(machine, markdownTable(rows)), { ...(await resolveConfig(path)), filepath: path });
}

/**
 * The page with the rows of some benchmarks measured anew: a row takes the place of the one of the same name (numbers in
 * names do not count), or comes last. A line says on what these were measured.
 */
export async function withRows(
  text: string,
  fresh: {
    readonly machine: readonly string[];
    readonly rows: readonly Row[];
    readonly only: readonly string[];
  },
): Promise<string> {
  const path = 'docs/performance.md';
  const lines = text.split('\n');
  for (const row of fresh.rows) {
    const line = `| ${cellsOf(row).join(' | ')} |`;
    const at = lines.findIndex((old) => old.startsWith('|') && nameIn(old) === nameIn(line));
    if (at >= 0) lines[at] = line;
    else lines.splice(lines.findLastIndex((old) => old.startsWith('|')) + 1, 0, line);
  }
  const names = fresh.only.join(', ');
  const note = `- later, ${names}: ${fresh.machine.join('; ')}`;
  const at = lines.findIndex((old) => old.startsWith(`- later, ${names}: `));
  if (at >= 0) lines[at] = note;
  else lines.splice(lines.findIndex((old) => old.startsWith('|')) - 1, 0, note);
  return format(lines.join('\n'), { ...(await resolveConfig(path)), filepath: path });
}

function nameIn(line: string): string {
  return (line.split('|')[1] ?? '').trim().replace(/\d+/g, '#');
}

const page = (machine: readonly string[], table: readonly string[]): string => `# Performance

Written by \`npm run bench -- --write-docs\`; it takes about two minutes. Do not edit by hand.

${machine.map((line) => `- ${line}`).join('\n')}

${table.join('\n')}

## How it is measured

Medians of five or more rounds; a round runs each side once, one after the other, so that a noisy moment hits all alike.
Each benchmark has a process of its own. The ratio to the peer, timed in the same run, counts first: absolute speeds move
with the machine. A goal that is missed fails the run, an aim does not. Assembly, summaries and bytes to verdicts are timed in CPU time of the whole process, which includes
collecting garbage on other threads; decoding and the forest by the clock.

- **decode**: 512-span requests with some ten attributes a span, to columns; protobufjs makes objects by the code that it
  generates at run time, \`JSON.parse\` objects from text.
- **find trace ids**: ids found, entered and removed in the flat index against a Map of hex strings made from the same
  bytes. **assemble traces**: the whole room against arrays of objects and a Map of span ids a trace.
- **summarise**: durations of random operations; ours keeps moments, the largest trace and a histogram by component, and
  folds by trace first.
- **forest**: the isolation-forest package as it comes, which builds each tree on all rows; ours builds the package's
  trees on subsamples of 1,024 and compiles them, so that its time does not grow with the rows and the ratio does.
- **bytes to verdicts**: OTLP protobuf in memory, one thread, through decoding, assembling, measuring, scoring (the
  forest, typical traces, reach), summarising and judging, with a model learned from the same simulator. A stage's share
  is what the pipeline up to it takes longer than the one up to the stage before. The stock parts (bench/stock) do less:
  protobufjs, a Map of hex ids, a DDSketch an operation, the package's forest on four features of a finished trace.
- **learn**: \`spanwatch learn\` as a process, from a gzipped file of OTLP JSON lines: a day, with its rhythm, of a simulated system of 120 services.
- **memory**: a fresh process each, with the default limits, fed OTLP protobuf.
`;
