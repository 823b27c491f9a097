import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Check } from './check.ts';
import { CHECKS } from './checks.ts';
import { RELIABILITY_HEAD } from './reliability-page.ts';
import { runChecks } from './run-checks.ts';

const PAGE = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));

const USAGE = `usage: npm run verify:long -- [--only NAME[,NAME]] [--data DIR] [--no-docs]

Checks that take minutes each; what they measured goes to docs/reliability.md. Exit code 1 when a promise is not held.

  --only     these alone, or those that begin so: ${CHECKS.map(({ name }) => name).join(', ')}
  --data     folder of labelled captures; without it, checks that want one say what they use instead
  --no-docs  leaves docs/reliability.md as it is
`;

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { checks, dataDir, writeDocs } = options;
  const page = { path: PAGE, head: RELIABILITY_HEAD, order: CHECKS.map(({ name }) => name) };
  const missed = await runChecks({ checks, dataDir, ...(writeDocs && { page }) });
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
    const isOf = (check: Check, name: string): boolean =>
      check.name === name || check.name.startsWith(`${name}-`);
    const unknown = names?.filter((name) => !CHECKS.some((check) => isOf(check, name))) ?? [];
    if (unknown.length > 0) return undefined;
    const checks = CHECKS.filter((check) => names?.some((name) => isOf(check, name)) ?? true);
    return { checks, dataDir: values.data, writeDocs: values['no-docs'] !== true };
  } catch {
    return undefined;
  }
}

// A server that a broken check left behind ends with its leash, and must not hold this process.
process.exit(await main(process.argv.slice(2)));
