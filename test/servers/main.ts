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

/** Minutes each: whole captures by every source, kills and outages around a broker. CI has forty minutes for everything. */
const LONG = ['faults', 'same'];

const USAGE = `usage: npm run test:servers [-- --only SUITE[,SUITE] | --all]

Runs against real servers on loopback, fetched once by Maven, Go and apt into ~/.cache/spanwatch-test-servers
(SPANWATCH_TEST_SERVERS names another folder). One that cannot be had is an error where CI is set, else a skip.

suites: ${SUITES.join(', ')}
Without --only: all but ${LONG.join(' and ')}, which take many minutes; --all runs these too.
`;

/** The suites alone, servers installed. Past it something hangs. */
const SUITES_TIMEOUT_MS = 20 * 60_000;
const ALL_TIMEOUT_MS = 60 * 60_000;

function chosen(): readonly string[] | undefined {
  try {
    const { values } = parseArgs({ options: { only: { type: 'string' }, all: { type: 'boolean' } } });
    const most = values.all === true ? SUITES : SUITES.filter((name) => !LONG.includes(name));
    const names = values.only?.split(',') ?? most;
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
const all = Object.keys(INSTALL) as ServerName[];
const startedAt = performance.now();
await haveServers(...all.filter((name) => suites.length > LONG.length || suites.includes(name)));
process.stdout.write(`servers installed, ${secondsSince(startedAt)} s\n`);
const vitest = ['vitest', 'run', '--project', 'servers', ...suites.map((name) => `test/servers/${name}/`)];
const child = spawn('npx', vitest, { stdio: 'inherit', detached: true });
const mostMs = suites.some((name) => LONG.includes(name)) ? ALL_TIMEOUT_MS : SUITES_TIMEOUT_MS;
const late = setTimeout(() => {
  process.stdout.write(`FAILED: the suites took more than ${mostMs / 60_000} minutes, and were ended\n`);
  end('SIGKILL');
}, mostMs);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(signal));
child.once('close', (code) => {
  clearTimeout(late);
  process.stdout.write(`test:servers: ${secondsSince(startedAt)} s\n`);
  process.exitCode = code ?? 1;
});

/** vitest and its workers, which are a process group; servers end with the worker that started them. */
function end(signal: NodeJS.Signals): void {
  if (child.pid !== undefined) process.kill(-child.pid, signal);
}

function secondsSince(startMs: number): string {
  return ((performance.now() - startMs) / 1000).toFixed(0);
}
