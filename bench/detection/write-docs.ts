import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeMachine } from '../machine.ts';
import type { BenchRun } from './run.ts';
import { defaultConfig } from './spanwatch.ts';
import { markdownTable, rivalWins, shortcomings } from './table.ts';

const PAGE = fileURLToPath(new URL('../../docs/detection-results.md', import.meta.url));

/** docs/detection-results.md: the last run's table, and what it was measured on. */
export async function writeResults(run: BenchRun, only: string | undefined): Promise<void> {
  const { lines } = await describeMachine();
  const command = `npm run bench:detection -- DIR${only === undefined ? '' : ` --only ${only}`} --write-docs`;
  const facts = [`command: \`${command}\``, `seed: ${defaultConfig().seed}`, ...lines];
  if (isChanged()) facts.push('with changes that are not committed');
  writeFileSync(PAGE, page(run, facts));
}

/** Whether what was measured differs from the commit that the page names; false without a git checkout. */
function isChanged(): boolean {
  try {
    const args = ['status', '--porcelain', '--', 'src', 'bench/detection', 'bench/scoring'];
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }) !== '';
  } catch {
    return false;
  }
}

function page({ rows, skipped }: BenchRun, facts: readonly string[]): string {
  const list = (items: readonly string[]): string =>
    items.length === 0 ? 'Nowhere.' : items.map((item) => `- ${item}`).join('\n');
  return `# What \`npm run bench:detection\` measured

Written by the benchmark; do not edit by hand. The captures are real systems, faults were injected into two of them; none of their
spans are in this repository.

${facts.map((fact) => `- ${fact}`).join('\n')}
${skipped.map((name) => `- SKIPPED ${name}: not in the folder\n`).join('')}
${markdownTable(rows).join('\n')}

## What ours missed, misnamed or invented

${list(shortcomings(rows))}

## Where a rival is better

${list(rivalWins(rows))}

## How it is measured

- One configuration, the defaults, for everything. Found, first right, among three, minutes, false alarms and times by the protocol in
  \`bench/scoring\`: an opening at P0 to P2 within 240 s of a fault's start finds it; times run from its start; the recovery counts neither way.
- **outside its faults, judged whole**: learned from all but the labelled faults, then the whole capture judged, the quiet minutes among it
  the learned ones. **two folds**: learned on the quiet minutes of one half, judged on the other, whose labels stay unknown, and the other way
  round; counts are pooled. **faults left in**: nothing is left out of learning. Without faults in a capture its first hour is learned and the rest judged.
- **load to 1/12, doubled**: from the middle of the judged part on one trace in twelve is kept, by a hash of its id, or every trace comes twice.
- Of nezha-tt-0129 only the \`cpu_contention\` faults show in spans; the others and their minutes count neither way.
- **Rivals** (\`bench/detection/rivals\`) learn and judge the same stretches, in windows by the latest span end of a trace. Windows over the threshold are one
  incident until two minutes are calm; it opens 8 s after the window's end, as ours does. The threshold of each is the textbook's times a multiplier, chosen for
  each line so that most faults are found with no more false openings than ours. That the labels choose it favours the rivals. Their suspects are
  the services of the opening window, highest score first. On captures without faults the loosest threshold is taken. \`false at x 1\` counts
  a rival's false openings at the textbook's threshold.
- **pooled** adds the captures with faults: counts are added, percentiles taken over all found faults.
- A doubled load repeats each trace exactly: its evidence is counted twice though nothing new was seen, which is harder than twice the users.
- Captures with faults have minutes, not hours, that are quiet by the protocol. A rate an hour from them is coarse; look at the counts.
- **false expected / observed**: what the budget of one alert a week allows in the time judged, against the false alarms.
`;
}
