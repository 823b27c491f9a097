import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchExplained } from '../../explain-accuracy/explained.ts';
import { describeMachine } from '../../machine.ts';
import { benchAdbench } from './adbench.ts';
import { benchDeepTraLog } from './deeptralog.ts';
import { benchDelag } from './delag.ts';
import {
  deepTraLogLines,
  delagLines,
  forestLines,
  oneTraceLines,
  traceAnomalyLines,
} from './result-lines.ts';
import { benchTraceAnomaly } from './trace-anomaly.ts';

const USAGE = `usage: npm run bench:traces -- DIR [--only NAME] [--every N] [--python PATH] [--write-docs]

Trace-level data in DIR: traceanomaly-stv, delag, deeptralog-part, adbench-classical. What is absent is SKIPPED.
one-trace needs no data: 10,000 simulated traces of a known excess.

  --only NAME    one of the five
  --every N      of delag's 560 files every Nth (default: 4; all of them take ten minutes)
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
        every: { type: 'string', default: '4' },
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
  const every = Number(parsed.values.every);
  if (dataDir === undefined || parsed.positionals.length > 1 || !Number.isInteger(every) || every < 1) {
    process.stderr.write(USAGE);
    return 2;
  }
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const wants = (name: string): boolean => only === undefined || only === name;
  const lines = [
    ...(wants('traceanomaly-stv') ? traceAnomalyLines(benchTraceAnomaly(dataDir)) : []),
    ...(wants('delag') ? delagLines(await benchDelag(dataDir, { every, say })) : []),
    ...(wants('deeptralog-part') ? deepTraLogLines(await benchDeepTraLog(dataDir)) : []),
    ...(wants('one-trace') ? oneTraceLines(await benchExplained()) : []),
    ...(wants('adbench-classical') ? forestLines(benchAdbench(dataDir, { python, say })) : []),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (parsed.values['write-docs']) writeFileSync(PAGE, page(lines, (await describeMachine()).lines));
  return 0;
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
- **delag** (DeLag, ICPE 2024 data challenge): a request is the cumulative milliseconds of its remote calls. Each file is a system of its own: learned on every other normal request, judged on the rest and on both degradations, by
  the code of \`spanwatch learn\` and \`spanwatch explain\`. The data has no tree: it gets a root as long as the request, and beside each other from its start a span of a service of its own a column. Means over the files.
- **deeptralog-part** (DeepTraLog, ICSE 2022): SkyWalking spans; the name of a file is the label of its traces, and what is in an ERROR and in a SUCCESS file counts as abnormal. Learned on every other trace of the two normal captures, judged on the rest, by the same code.
  Nearly all abnormal traces, and the normal ones of the faulty captures, enter by operations that no learned trace has: a failure there is told by what nine in ten of the learned operations stay within.
  Data and labels are as easy as they look: each abnormal trace has a span with IsError, no normal one has.
- The cut of \`explain\` (delag, deeptralog-part) is the product's own: an outlier of the entry's forest, or evidence beyond the 99.5th percentile of its training traces (a million to one for an entry without). The score ranks by the larger of the two, each over its cut.
- **One trace**: 10,000 traces of the simulated shop, each with one cause or (one in three) two, of 50 to 2,000 ms, drawn evenly in the log: own time, the request side or the response side of a call, a dependency, or work that nobody waits for
  (asynchronous; it is often not called anomalous, and is then blamed all the same). The caller of a late request, the sender of a late response and the peer of a late query are right.
- **raw isolation forest**, the recipe of tutorials: 100 trees, 256 rows, depth 8, on the milliseconds as they are (deeptralog-part: duration, spans, failed spans, status), cut at the 99th percentile of its training.
- **adbench-classical** (ADBench): 100 trees, 256 rows, depth 8 on both sides, the same seeds 0 to 9. A seed draws other trees on each side, so that the differences are chance as much as method.
`;
}

process.exitCode = await main(process.argv.slice(2));
