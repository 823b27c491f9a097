import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Machine } from '../machine.ts';
import type { ScenariosOptions, ScenariosRun } from './run.ts';
import { LEARN_SECONDS, TRACES_PER_SECOND } from './system.ts';
import { FIRE_COLUMNS, fireRows, QUIET_COLUMNS, quietRows, shortcomings, totalsOf } from './table.ts';
import { totalsText } from './totals-text.ts';

const PAGE = fileURLToPath(new URL('../../docs/scenario-results.md', import.meta.url));

const HEAD = `# What simulated systems showed

Written by \`npm run bench:scenarios\` and \`npm run bench:calibration\`; do not edit by hand. Systems and faults are those of
\`src/simulator\`: everything is drawn from seeds, and the truth is known.
`;

const HOW = `### How it is measured

- A system of 16 to 40 services a seed (\`growTopology\`), ${TRACES_PER_SECOND} traces a second over all entries. Its model is learned from ${LEARN_SECONDS / 3600} quiet
  hour(s) of its own, other chance than the judged ones; one configuration, the defaults, for everything.
- Who is hit, and how hard, is drawn from the seed; the ranges stand in \`src/simulator/scenarios\`. Faults begin after two quiet minutes and last six, where the name
  does not say otherwise.
- **found**: an incident of any severity opened during the fault. **first right**: the first suspect of the first such opening is what broke: the service or peer; for an
  instance, a version and a host that very one. Several faults at once need an incident each. Times run from the fault's start.
- **must stay quiet**: every opening at P0 to P2 is a false alarm.`;

/** Replaces one part of docs/scenario-results.md; the other parts stay as they were measured. */
export function writePart(name: 'scenarios' | 'other-seeds' | 'calibration', text: string): void {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const part = `${begin}\n${text.trim()}\n${end}\n`;
  const page = readPage();
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  const next =
    from >= 0 && to > from
      ? page.slice(0, from) + part + page.slice(to + end.length + 1)
      : `${page.trimEnd()}\n\n${part}`;
  writeFileSync(PAGE, next);
}

function readPage(): string {
  try {
    return readFileSync(PAGE, 'utf8');
  } catch {
    return HEAD;
  }
}

/** The scenarios' part: tables, totals against the bars, and how it was measured. */
export function writeScenarioResults(
  run: ScenariosRun,
  machine: Machine,
  { only, seeds, first = 1 }: Pick<ScenariosOptions, 'only' | 'seeds' | 'first'>,
): void {
  const isOther = first > 1;
  const option =
    (isOther ? ` --seeds ${seeds} --first ${first}` : '') + (only === undefined ? '' : ` --only "${only}"`);
  const facts = [
    `command: \`npm run bench:scenarios --${option} --write-docs\``,
    `${run.seeds.length} seeds (${run.seeds.join(', ')}); ${run.spans} spans in ${run.seconds.toFixed(0)} s`,
    ...run.failed.map(({ seed, reason }) => `seed ${seed} FAILED and is in none of this: ${reason}`),
    ...machine.lines,
  ];
  const list = (items: readonly string[]): string =>
    items.map((item) => `- ${item}`).join('\n') || 'Nothing.';
  writePart(
    isOther ? 'other-seeds' : 'scenarios',
    `## Scenarios${isOther ? ' of systems that no constant was chosen by' : ''}

${list(facts)}

${markdown(FIRE_COLUMNS, fireRows(run.scores))}

${markdown(QUIET_COLUMNS, quietRows(run.scores))}

${list(totalsText(totalsOf(run.scores)))}

### What was missed, misnamed or invented

${list(shortcomings(run.scores))}

${isOther ? '' : HOW}`,
  );
}

export function markdown(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
