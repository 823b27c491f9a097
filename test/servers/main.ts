import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { haveServers, INSTALL, type ServerName } from './rig/index.ts';

// `npm run test:servers`: installs the real servers into a cache, then runs the suites of this folder against them.
const HERE = fileURLToPath(new URL('.', import.meta.url));
const SUITES = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'rig')
  .map(({ name }) => name);

const USAGE = `usage: npm run test:servers [-- --only SUITE[,SUITE]]

Runs against real servers on loopback, fetched once by Maven, Go and apt into ~/.cache/spanwatch-test-servers
(SPANWATCH_TEST_SERVERS names another folder). One that cannot be had is an error where CI is set, else a skip.

suites: ${SUITES.join(', ')}
`;

function chosen(): readonly string[] | undefined {
  try {
    const { values } = parseArgs({ options: { only: { type: 'string' } } });
    const names = values.only?.split(',') ?? SUITES;
    return names.every((name) => SUITES.includes(name)) ? names : undefined;
  } catch {
    return undefined;
  }
}

const suites = chosen();
if (suites === undefined) {
  process.stderr.write(USAGE);
  process.exit(2);
}
// A suite named after a server needs that one first; what else it needs it installs itself.
const servers = Object.keys(INSTALL) as ServerName[];
await haveServers(...servers.filter((name) => suites.includes(name) || suites.includes('rig-itself')));
const vitest = ['vitest', 'run', '--project', 'servers', ...suites.map((name) => `test/servers/${name}/`)];
const child = spawn('npx', vitest, { stdio: 'inherit' });
child.once('close', (code) => process.exit(code ?? 1));
