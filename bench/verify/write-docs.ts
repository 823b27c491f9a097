import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine } from '../machine.ts';
import { markdownTable, type Row } from './row.ts';
import { REPOSITORY } from './spanwatch-process.ts';

export interface VerifiedSection {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** docs/verify-results.md: the last full run's figures, and what they were measured on. */
export async function writeResults(sections: readonly VerifiedSection[], quick: boolean): Promise<void> {
  const { lines } = await describeMachine();
  const text = [
    '# What `npm run verify` measured',
    '',
    `Written by \`npm run verify -- DIR${quick ? ' --quick' : ''} --write-docs\`. The captures are real systems with faults`,
    'injected into them; none of their spans are in this repository. A row without a bar only informs.',
    '',
    ...lines.map((line) => `- ${line}`),
    ...sections.flatMap(({ title, rows }) => ['', `## ${title}`, '', ...markdownTable(rows)]),
    '',
  ];
  writeFileSync(join(REPOSITORY, 'docs/verify-results.md'), text.join('\n'));
}
