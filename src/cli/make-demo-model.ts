import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeCapture } from '../simulator/index.ts';
import { runCommandLine } from './index.ts';

// `npm run model:demo`: simulates forty quiet minutes of the shop and learns models/demo from them. Run in the
// repository's top folder; the same version gives the same bytes.
const MINUTES = 40;
const folder = mkdtempSync(join(tmpdir(), 'spanwatch-model-'));
try {
  const path = join(folder, 'quiet.jsonl.gz');
  await writeCapture({
    path,
    seconds: MINUTES * 60,
    seed: 1,
    startMs: Date.UTC(2026, 0, 5, 8, 0, 0),
    tracesPerSecond: 60,
  });
  process.exitCode = await runCommandLine(['learn', path, '-o', 'models/demo'], {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    interactive: process.stderr.isTTY,
    color: false,
    stopped: new Promise(() => undefined),
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
