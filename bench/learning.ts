import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { growTopology, writeCapture } from '../src/simulator/index.ts';

export interface LearningBench {
  readonly spans: number;
  /** `spanwatch learn` of the day, from the start of the process to its end. */
  readonly wallMs: number;
  readonly components: number;
  readonly modelMiB: number;
}

const SPANWATCH = fileURLToPath(new URL('../bin/spanwatch.js', import.meta.url));
/** 2,200 components or so. */
const SERVICES = 120;
/** Of these 120 services, over a day of their rhythm. */
const SPANS_PER_TRACE = 95;
const DAY_SECONDS = 86_400;
const MIB = 2 ** 20;

/** A day of so many spans of a simulated system of 120 services, as gzipped OTLP JSON lines, learned by the command. Throws an Error when it fails. */
export async function benchLearning(spans = 1_000_000, seconds = DAY_SECONDS): Promise<LearningBench> {
  const folder = mkdtempSync(join(tmpdir(), 'spanwatch-learning-'));
  try {
    const path = join(folder, 'day.otlp.jsonl.gz');
    const capture = await writeCapture({
      ...{ path, seconds, seed: 1, startMs: Date.UTC(2026, 0, 1) },
      topology: growTopology({ seed: 1, services: SERVICES }),
      tracesPerSecond: spans / SPANS_PER_TRACE / seconds,
    });
    const model = join(folder, 'model');
    const startMs = performance.now();
    const run = spawnSync(process.execPath, [SPANWATCH, 'learn', path, '-o', model], { encoding: 'utf8' });
    const wallMs = performance.now() - startMs;
    if (run.status !== 0) throw new Error(`spanwatch learn: ${run.error?.message ?? run.stderr.trim()}`);
    const bytes = readdirSync(model).reduce((sum, file) => sum + statSync(join(model, file)).size, 0);
    return { spans: capture.spans, wallMs, components: componentsOf(model), modelMiB: bytes / MIB };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function componentsOf(model: string): number {
  const manifest = JSON.parse(readFileSync(join(model, 'manifest.json'), 'utf8')) as {
    readonly components: number;
  };
  return manifest.components;
}
