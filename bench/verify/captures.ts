import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CaptureTimes,
  type Fault,
  isLabelled,
  notLearned,
  parseFaults,
  readCaptureTimes,
} from '../scoring/index.ts';

export interface Capture {
  readonly name: string;
  /** Its spans: OTLP JSON lines, gzipped. */
  readonly path: string;
  /** Empty when the capture has none. */
  readonly faults: readonly Fault[];
  readonly times: CaptureTimes;
}

const SPANS = 'spans.otlp.jsonl.gz';

/** Names of the folders in a data folder that hold a capture, sorted; none when it is not there. */
export function captureNames(dataDir: string): string[] {
  if (!existsSync(dataDir)) return [];
  return readdirSync(dataDir)
    .filter((name) => existsSync(join(dataDir, name, SPANS)))
    .sort();
}

/** A capture of the folder; undefined when it is not there. */
export async function openCapture(dataDir: string, name: string): Promise<Capture | undefined> {
  const path = join(dataDir, name, SPANS);
  if (!existsSync(path)) return undefined;
  const labels = join(dataDir, name, 'faults.csv');
  const faults = existsSync(labels) ? parseFaults(readFileSync(labels, 'utf8')) : [];
  return { name, path, faults, times: await readCaptureTimes(path) };
}

/** `--exclude` of each labelled row, as the scoring protocol has it. */
export function exclusions(faults: readonly Fault[]): string[] {
  return faults
    .filter(isLabelled)
    .map(notLearned)
    .flatMap(([from, to]) => ['--exclude', `${timestamp(from)}/${timestamp(to)}`]);
}

export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
