import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { format } from 'prettier';
import type { Check, CheckResult } from './check.ts';
import { sectionBody, updatePage } from './reliability-page.ts';

export interface CheckRun {
  readonly checks: readonly Check[];
  readonly dataDir: string | undefined;
  /** Where the sections go; undefined: nowhere. `order`: the names of all sections. */
  readonly page?: { readonly path: string; readonly head: string; readonly order: readonly string[] };
}

/** Runs checks one after the other, says what each measured, and writes its section. Resolves with how many promises were not held. */
export async function runChecks({ checks, dataDir, page }: CheckRun): Promise<number> {
  let missed = 0;
  for (const check of checks) {
    say(`\n== ${check.name}: ${check.title}`);
    const startedAt = performance.now();
    const result = await resultOf(check, dataDir);
    for (const { promise, measured, ok } of result.rows)
      say(`${ok ? 'ok    ' : 'MISSED'} ${promise}: ${measured}`);
    missed += result.rows.filter(({ ok }) => !ok).length;
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    if (page === undefined) continue;
    const before = existsSync(page.path) ? readFileSync(page.path, 'utf8') : '';
    const section = { name: check.name, title: check.title, body: sectionBody(result, where(seconds)) };
    const text = updatePage(before, [section], page.order, page.head);
    writeFileSync(page.path, await format(text, { parser: 'markdown', printWidth: 200 }));
  }
  say(`\n${missed === 0 ? 'all promises held' : `${missed} promises NOT held`}`);
  return missed;
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

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
