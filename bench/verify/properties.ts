import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from './context.ts';
import { barRow, infoRow, mustBe, type Row } from './row.ts';
import { REPOSITORY, runProcess } from './spanwatch-process.ts';

/** What a property is promised about, and the rooms whose tests hold it. */
const PROMISED = [
  ['merging is order-free, a newer generation replaces', 'summarise'],
  ['critical-path times sum to the root', 'measure'],
  ['any bytes never crash a format', 'formats'],
  ['assembly is bounded', 'assemble'],
  ['budget arithmetic', 'detect'],
] as const;

interface TestReport {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const VITEST = join(REPOSITORY, 'node_modules/vitest/vitest.mjs');

/** Section 4: the property tests, run and counted; `seed`: of the cases that are drawn (test/setup/fast-check.ts). */
export async function* verifyProperties(
  { scratch }: Pick<Context, 'scratch'>,
  seed?: 'random',
): AsyncGenerator<Row> {
  const files = globSync('test/**/*.test.ts', { cwd: REPOSITORY })
    .filter((file) => propertiesIn(file) > 0)
    .sort();
  const output = join(scratch, 'properties.json');
  const { stdout, stderr } = await runProcess(
    process.execPath,
    [
      VITEST,
      'run',
      '--project',
      'unit',
      '--project',
      'long',
      '--reporter=json',
      `--outputFile=${output}`,
      ...files,
    ],
    { cwd: REPOSITORY, ...(seed === undefined ? {} : { env: { FC_SEED: seed } }) },
  );
  if (!existsSync(output)) throw new Error(`vitest wrote no report: ${(stderr || stdout).slice(-500)}`);
  const report = JSON.parse(readFileSync(output, 'utf8')) as TestReport;
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const passed = results.filter(({ status }) => status === 'passed').length;
  const ran = new Set(report.testResults.map(({ name }) => name.replace(REPOSITORY, '')));
  const missing = files.filter((file) => !ran.has(file));
  if (missing.length > 0) throw new Error(`vitest left out ${missing.join(', ')}`);
  const failedFiles = report.testResults
    .filter(({ assertionResults }) => assertionResults.some(({ status }) => status === 'failed'))
    .map(({ name }) => name.replace(REPOSITORY, ''));
  yield barRow(
    'tests in the files that hold properties',
    `${passed} of ${results.length} pass, in ${files.length} files` +
      (failedFiles.length > 0 ? `; failing: ${failedFiles.join(', ')}` : ''),
    mustBe(report.success && passed > 0, 'all pass'),
  );
  const counts = new Map(files.map((file) => [file, propertiesIn(file)]));
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  yield infoRow('properties (fast-check)', total);
  for (const [promise, room] of PROMISED) {
    const own = files.filter((file) => file.startsWith(`test/${room}/`));
    const count = own.reduce((sum, file) => sum + (counts.get(file) ?? 0), 0);
    yield barRow(`properties of ${room}: ${promise}`, count, mustBe(count > 0, '>= 1'));
  }
}

/** fast-check properties in a test file, by its text. */
function propertiesIn(file: string): number {
  const text = readFileSync(join(REPOSITORY, file), 'utf8');
  return text.match(/\bfc\.(asyncProperty|property)\(/g)?.length ?? 0;
}
