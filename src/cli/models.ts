import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROLLBACK_REQUEST } from '../app/model-versions.ts';
import { shelfOf } from '../app/starting-model.ts';
import { createWallClock, makeFolder } from '../runtime/index.ts';
import { readArguments } from './arguments.ts';
import type { Command, Terminal } from './command.ts';
import { readConfiguration } from './configuration.ts';
import { CommandError, UsageError } from './usage-error.ts';

const help = `spanwatch models list [-c spanwatch.yaml]
spanwatch models rollback NAME [-c spanwatch.yaml]

Versions of what a service learned, in DATADIR/models, newest first; and going back to one of them. A running service
goes back within seconds, one that is stopped when it starts next. What was learned since is dropped; the versions stay.

  -c, --config   configuration; default ./spanwatch.yaml
`;

/** A running service looks every two seconds. */
const WAIT_MS = 6_000;
const LOOK_EVERY_MS = 200;

export const modelsCommand: Command = {
  name: 'models',
  summary: 'versions of what was learned: list them, go back to one',
  help,
  run: async (args, terminal) => {
    const parsed = readArguments(args, { config: { type: 'string', short: 'c' } });
    const [what, name, ...more] = parsed.positionals;
    const shelf = shelfOf(readConfiguration(parsed.text('config')).config);
    if (what === 'list' && name === undefined) {
      const versions = shelf.list().reverse();
      if (versions.length === 0) terminal.out(`no versions yet in ${shelf.directory}\n`);
      for (const { name: version, createdAt, origin, components, forests } of versions) {
        const from = `${origin.kind} of ${origin.of}`;
        terminal.out(`${version}  ${createdAt}  ${components} components, ${forests} forests  (${from})\n`);
      }
      return 0;
    }
    if (what !== 'rollback' || name === undefined || more.length > 0) {
      throw new UsageError('expected "list" or "rollback NAME"');
    }
    const read = shelf.read(name);
    if (!read.ok) throw new CommandError(`cannot go back to ${JSON.stringify(name)}: ${read.reason}`);
    return request(shelf.directory, name, terminal);
  },
};

async function request(directory: string, name: string, terminal: Terminal): Promise<number> {
  const path = join(directory, ROLLBACK_REQUEST);
  makeFolder(directory);
  rmSync(path, { force: true });
  writeFileSync(path, `${name}\n`);
  const clock = createWallClock();
  for (let waited = 0; waited < WAIT_MS; waited += LOOK_EVERY_MS) {
    if (!existsSync(path)) {
      terminal.out(`the service took the request to go back to ${name}; "models list" shows the version\n`);
      return 0;
    }
    await new Promise<void>((resolve) => clock.after(LOOK_EVERY_MS, resolve));
  }
  terminal.out(`no service answered: the next one that starts here goes back to ${name}\n`);
  return 0;
}
