import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REPOSITORY } from '../../bench/verify/spanwatch-process.ts';
import { until } from './service.ts';

/** Ten seconds for what is due, and a busy machine. */
const HANGS_AFTER_MS = 60_000;

// Node makes a relative folder for ever when the working directory is gone (mkdirSync, recursive).
it('ends on SIGTERM when the working directory was removed, with what it could write', async () => {
  const gone = mkdtempSync(join(tmpdir(), 'spanwatch-gone-'));
  writeFileSync(
    join(gone, 'spanwatch.yaml'),
    `model: ${join(REPOSITORY, 'models/demo')}\nsources: [{ name: otlp, type: otlp-http, port: 0 }]\nhttp: { port: 0 }\n`,
  );
  const service = spawn(process.execPath, [join(REPOSITORY, 'bin/spanwatch.js'), 'run'], {
    cwd: gone,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: HANGS_AFTER_MS,
    killSignal: 'SIGKILL',
  });
  let log = '';
  service.stderr.on('data', (chunk: Buffer) => void (log += chunk.toString()));
  const ended = new Promise((resolve) => service.once('exit', (code, signal) => resolve(code ?? signal)));
  await until('that it runs', () => log.includes('spanwatch is running'));
  rmSync(gone, { recursive: true, force: true });
  service.kill('SIGTERM');
  expect(await ended, log).toBe(0);
  rmSync(gone, { recursive: true, force: true });
});
