import type { ResultRow } from './table.ts';
import { captureNames, openCapture } from '../verify/captures.ts';
import { judgeCapture } from './judge-capture.ts';
import { pooledRows } from './pool.ts';
import { defaultConfig } from './spanwatch.ts';

export const CAPTURES = ['onlineboutique-0822', 'nezha-tt-0129', 'trainticket-quiet'] as const;

export interface BenchRun {
  readonly rows: readonly ResultRow[];
  readonly skipped: readonly string[];
}

/**
 * Judges the captures in a folder: those known by name, then any other that is laid out the same way. `say` gets a line for
 * each known one that is absent, and each row's progress.
 */
export async function runDetection(
  dataDir: string,
  { only, say }: { readonly only?: string; readonly say: (line: string) => void },
): Promise<BenchRun> {
  const config = defaultConfig();
  const rows: ResultRow[] = [];
  const skipped: string[] = [];
  for (const name of only === undefined ? capturesIn(dataDir) : [only]) {
    const capture = await openCapture(dataDir, name);
    if (capture === undefined) {
      skipped.push(name);
      say(`SKIPPED ${name}: the capture is not in ${dataDir}`);
      continue;
    }
    for await (const row of judgeCapture(capture, config)) {
      rows.push(row);
      say(`${name}, ${row.learned}: ${row.method}, ${row.seconds.toFixed(1)} s`);
    }
  }
  return { rows: [...rows, ...pooledRows(rows)], skipped };
}

function capturesIn(dataDir: string): string[] {
  return [...new Set([...CAPTURES, ...captureNames(dataDir)])];
}
