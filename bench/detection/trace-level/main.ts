import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from '../../machine.ts';
import { benchAdbench, type ForestRow, SEEDS } from './adbench.ts';
import { benchTraceAnomaly, type TraceAnomalyResult } from './trace-anomaly.ts';

const USAGE = `usage: npm run bench:traces -- DIR [--only NAME] [--python PATH] [--write-docs]

Trace-level data in DIR: traceanomaly-stv, adbench-classical. What is absent is SKIPPED.

  --only NAME    one of the two
  --python PATH  a Python with scikit-learn, for the comparison of the forests (default: python3)
  --write-docs   writes docs/trace-level-results.md
`;
const PAGE = fileURLToPath(new URL('../../../docs/trace-level-results.md', import.meta.url));

async function main(args: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        only: { type: 'string' },
        python: { type: 'string', default: 'python3' },
        'write-docs': { type: 'boolean', default: false },
      },
    });
  } catch {
    process.stderr.write(USAGE);
    return 2;
  }
  const [dataDir] = parsed.positionals;
  const { only, python } = parsed.values;
  if (dataDir === undefined || parsed.positionals.length > 1) {
    process.stderr.write(USAGE);
    return 2;
  }
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const wants = (name: string): boolean => only === undefined || only === name;
  const lines = [
    ...(wants('traceanomaly-stv') ? traceLines(benchTraceAnomaly(dataDir)) : []),
    ...(wants('adbench-classical') ? forestLines(benchAdbench(dataDir, { python, say })) : []),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (parsed.values['write-docs']) writeFileSync(PAGE, page(lines, (await describeMachine()).lines));
  return 0;
}

function traceLines(result: TraceAnomalyResult | undefined): string[] {
  if (result === undefined) return ['SKIPPED traceanomaly-stv: not in the folder'];
  const { precision, recall, f1, auc, cutMs, falsePositives, falseNegatives } = result;
  return [
    '## traceanomaly-stv',
    '',
    '| precision | recall | F1 | AUC | false positives | false negatives | cut |',
    '|---|---|---|---|---|---|---|',
    `| ${precision.toFixed(4)} | ${recall.toFixed(4)} | ${f1.toFixed(4)} | ${auc.toFixed(5)} | ${falsePositives} | ${falseNegatives} | ${cutMs.toFixed(1)} ms |`,
    '',
  ];
}

function forestLines(rows: readonly ForestRow[] | undefined): string[] {
  if (rows === undefined) return ['SKIPPED adbench-classical: not in the folder'];
  const compared = rows.filter((row): row is Required<ForestRow> => row.theirs !== undefined);
  const meanOf = (pick: (row: Required<ForestRow>) => number): string =>
    (compared.reduce((sum, row) => sum + pick(row), 0) / compared.length).toFixed(4);
  const mean =
    compared.length === 0
      ? 'scikit-learn: SKIPPED, no Python that has it'
      : `Mean ${meanOf((row) => row.ours)} against ${meanOf((row) => row.theirs)}; largest difference ${Math.max(...compared.map((row) => Math.abs(row.ours - row.theirs))).toFixed(4)}.`;
  return [
    `## adbench-classical: the isolation forest, mean AUC over ${SEEDS} seeds`,
    '',
    '| table | rows | ours | scikit-learn | difference |',
    '|---|---|---|---|---|',
    ...rows.map(
      ({ name, rows: n, ours, theirs }) =>
        `| ${name} | ${n} | ${ours.toFixed(4)} | ${theirs?.toFixed(4) ?? 'skipped'} | ${theirs === undefined ? '' : (ours - theirs).toFixed(4)} |`,
    ),
    '',
    mean,
    '',
  ];
}

function page(lines: readonly string[], machine: readonly string[]): string {
  return `# Trace-level results

Written by \`npm run bench:traces -- DIR --write-docs\`; do not edit by hand.

${machine.map((line) => `- ${line}`).join('\n')}

${lines.join('\n')}
## How it is measured

- **traceanomaly-stv** (TraceAnomaly, ISSRE 2020): a trace is the milliseconds of its call paths. Learned on every other normal line, judged on the rest and the abnormal ones. A trace whose set of call
  paths was never seen is anomalous; else its score is the time beyond the slowest training trace with the same set, on the path where that is most. The cut is the 99.5th percentile of the training
  traces, each scored out of its fold (of 5): no label is used. Spans are not in this data, so that it tests the rules (structure first, then time beyond the tail of the same
  structure, in time rather than in standard deviations), not the code that judges spans.
- **adbench-classical** (ADBench): 100 trees, 256 rows, depth 8 on both sides, the same seeds 0 to 9.
`;
}

process.exitCode = await main(process.argv.slice(2));
