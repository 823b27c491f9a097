import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What grows: spans of traces that stay open, or operation names of which no two are the same. */
export type MemoryCase = 'open-spans' | 'operation-names';

/** What one process holds after `spans` spans came in as OTLP protobuf through decoding, assembling and summarising. */
export interface MemoryReading {
  readonly spans: number;
  /** After a collection of garbage. */
  readonly rssMiB: number;
  readonly peakRssMiB: number;
  readonly openSpans: number;
  readonly openTraces: number;
  readonly operations: number;
  readonly components: number;
}

const run = promisify(execFile);

/** In a fresh process with the limits of the default configuration. Rejects when the process fails. */
export async function readMemory(kind: MemoryCase, spans = 1_000_000): Promise<MemoryReading> {
  const child = fileURLToPath(new URL('memory-child.ts', import.meta.url));
  const { stdout } = await run(process.execPath, ['--expose-gc', child, kind, String(spans)]);
  return JSON.parse(stdout) as MemoryReading;
}
