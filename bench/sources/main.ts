import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Check } from '../verify-long/check.ts';
import { runChecks } from '../verify-long/run-checks.ts';
import { clients } from './clients.ts';
import { sameIncidents } from './same-incidents.ts';
import { throughput } from './throughput.ts';

const PAGE = fileURLToPath(new URL('../../docs/sources-results.md', import.meta.url));

/** In the order of the page. */
const CHECKS: readonly Check[] = [sameIncidents, throughput, clients];

const HEAD = `# Sources: what was measured

Written by \`npm run bench:sources -- [DIR] [--only NAME] --write-docs\`; each section is replaced when it is run, and says when and where that was. The servers are real ones (\`npm run test:servers\`). How sources work is in [sources.md](sources.md), what happens in faults in [reliability.md](reliability.md).
`;

const USAGE = `usage: npm run bench:sources -- [DIR] [--only NAME[,NAME]] [--write-docs]

Sources with real servers on loopback, fetched once (Java 17, Maven, Go). Exit code 1 when a promise is not held.

  DIR           folder of labelled captures; without it, what wants one says what it uses instead
  --only        these alone: ${CHECKS.map(({ name }) => name).join(', ')}
  --write-docs  writes their sections of docs/sources-results.md
`;

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { checks, dataDir, writeDocs } = options;
  const page = { path: PAGE, head: HEAD, order: CHECKS.map(({ name }) => name) };
  const missed = await runChecks({ checks, dataDir, ...(writeDocs && { page }) });
  return missed === 0 ? 0 : 1;
}

function readOptions(
  args: readonly string[],
): { checks: readonly Check[]; dataDir: string | undefined; writeDocs: boolean } | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { only: { type: 'string' }, 'write-docs': { type: 'boolean', default: false } },
    });
    const names = values.only?.split(',') ?? CHECKS.map(({ name }) => name);
    if (positionals.length > 1 || names.some((name) => CHECKS.every((check) => check.name !== name)))
      return undefined;
    const checks = CHECKS.filter(({ name }) => names.includes(name));
    return { checks, dataDir: positionals.at(0), writeDocs: values['write-docs'] };
  } catch {
    return undefined;
  }
}

// A server that a broken check left behind ends with its leash, and must not hold this process.
process.exit(await main(process.argv.slice(2)));
