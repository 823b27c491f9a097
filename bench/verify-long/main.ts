import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import type { Check, CheckResult } from './check.ts';
import { CHECKS } from './checks.ts';
import { type PageSection, sectionBody, updatePage } from './reliability-page.ts';

const PAGE = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));

const USAGE = `usage: npm run verify:long -- [--only NAME[,NAME]] [--data DIR] [--no-docs]

Checks that take minutes each; what they measured goes to docs/reliability.md. Exit code 1 when a promise is not held.

  --only     these alone: ${CHECKS.map(({ name }) => name).join(', ')}
  --data     folder of labelled captures; without it, checks that want one say what they use instead
  --no-docs  leaves docs/reliability.md as it is
`;

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  let missed = 0;
  for (const check of options.checks) {
    say(`\n== ${check.name}: ${check.title}`);
    const startedAt = performance.now();
    const result = await resultOf(check, options.dataDir);
    for (const { promise, measured, ok } of result.rows)
      say(`${ok ? 'ok    ' : 'MISSED'} ${promise}: ${measured}`);
    missed += result.rows.filter(({ ok }) => !ok).length;
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    if (options.writeDocs)
      await writePage({ name: check.name, title: check.title, body: sectionBody(result, where(seconds)) });
  }
  say(`\n${missed === 0 ? 'all promises held' : `${missed} promises NOT held`}`);
  return missed === 0 ? 0 : 1;
}

function readOptions(
  args: readonly string[],
): { checks: readonly Check[]; dataDir: string | undefined; writeDocs: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { only: { type: 'string' }, data: { type: 'string' }, 'no-docs': { type: 'boolean' } },
    });
    const names = values.only?.split(',');
    const unknown = names?.filter((name) => !CHECKS.some((check) => check.name === name)) ?? [];
    if (unknown.length > 0) return undefined;
    const checks = CHECKS.filter(({ name }) => names === undefined || names.includes(name));
    return { checks, dataDir: values.data, writeDocs: values['no-docs'] !== true };
  } catch {
    return undefined;
  }
}

/** A check that breaks off has missed what it was to show. */
async function resultOf(check: Check, dataDir: string | undefined): Promise<CheckResult> {
  const scratch = mkdtempSync(join(tmpdir(), 'spanwatch-verify-long-'));
  try {
    return await check.run({ dataDir, scratch, say });
  } catch (error) {
    const measured = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { markdown: '', rows: [{ promise: 'the check runs to its end', measured, ok: false }] };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function where(seconds: number): string {
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores`;
  return `Run on ${new Date().toISOString().slice(0, 10)}, ${machine}, Node ${process.versions.node}, in ${seconds} s.`;
}

async function writePage(section: PageSection): Promise<void> {
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  const order = CHECKS.map(({ name }) => name);
  writeFileSync(
    PAGE,
    await format(updatePage(page, [section], order), { parser: 'markdown', printWidth: 200 }),
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main(process.argv.slice(2));
