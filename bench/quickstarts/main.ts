import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installCollector } from '../../test/servers/rig/collector.ts';
import { serverFolder } from '../../test/servers/rig/index.ts';
import { freePort } from '../../test/servers/rig/ports.ts';
import type { ServerProcess } from '../../test/servers/rig/process.ts';
import { followPage } from './follow.ts';
import { type PageName, PAGES } from './pages.ts';
import { surroundings } from './servers.ts';

// `npm run quickstarts`: does what docs/quickstart-*.md say, with real servers, and writes what was printed into them.
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const USAGE = `usage: npm run quickstarts [-- --only PAGE[,PAGE]] [--wait MINUTES] [--dry]

Follows docs/quickstart-PAGE.md step by step, all pages at once, and writes what was printed into them: 45 minutes, most
of them the half hour of traffic that is learned from. Needs what \`npm run test:servers\` needs.

  --only   of ${PAGES.join(', ')}
  --wait   minutes instead of what the pages say, for a try
  --dry    prints the pages instead of writing them
`;

interface Wanted {
  readonly pages: readonly PageName[];
  readonly waitMinutes?: number;
  readonly dry: boolean;
}

function wanted(): Wanted | undefined {
  try {
    const options = { only: { type: 'string' }, wait: { type: 'string' }, dry: { type: 'boolean' } } as const;
    const { only, wait, dry } = parseArgs({ options }).values;
    const pages = PAGES.filter((page) => only?.split(',').includes(page) ?? true);
    if (pages.length === 0) return undefined;
    return { pages, dry: dry === true, ...(wait === undefined ? {} : { waitMinutes: Number(wait) }) };
  } catch {
    return undefined;
  }
}

/** As after \`npm ci\` in a clone: npx finds this Spanwatch, and there is a folder for models. */
function readersFolder(path: string): string {
  const folder = join(path, 'spanwatch');
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
  mkdirSync(join(folder, 'models'));
  symlinkSync(join(ROOT, 'bin', 'spanwatch.js'), join(folder, 'node_modules', '.bin', 'spanwatch'));
  return folder;
}

async function follow(page: PageName, { waitMinutes, dry }: Wanted): Promise<boolean> {
  const say = (line: string): void => void process.stdout.write(`${page}: ${line}\n`);
  const file = join(ROOT, 'docs', `quickstart-${page}.md`);
  const folder = serverFolder(`quickstart-${page}`);
  let servers: readonly ServerProcess[] = [];
  let passed = false;
  try {
    const around = await surroundings(page, folder.path);
    servers = around.servers;
    const text = await followPage(readFileSync(file, 'utf8'), {
      folder: readersFolder(folder.path),
      path: await installCollector(),
      addresses: { ...around.addresses, '127.0.0.1:8900': `127.0.0.1:${await freePort()}` },
      say,
      ...(waitMinutes === undefined ? {} : { waitMinutes }),
    });
    if (dry) process.stdout.write(text);
    else writeFileSync(file, text);
    passed = true;
  } catch (error) {
    say(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
  }
  for (const server of [...servers].reverse()) await server.stop();
  folder.done(passed);
  return passed;
}

const asked = wanted();
if (asked === undefined) {
  process.stderr.write(USAGE);
  process.exit(2);
}
// One after the other installs; they start together.
await installCollector();
const outcomes = await Promise.all(asked.pages.map((page) => follow(page, asked)));
process.exitCode = outcomes.every(Boolean) ? 0 : 1;
