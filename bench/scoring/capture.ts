import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

/** Lines of a gzipped file of OTLP JSON lines. Rejects when it cannot be read. */
export async function* captureLines(path: string): AsyncGenerator<string> {
  const input = createReadStream(path).pipe(createGunzip({ chunkSize: 262_144 }));
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line !== '') yield line;
  }
}

export interface CaptureTimes {
  /** Epoch ms of the first and the last line, by the end of its first span. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Starts of the minutes with spans in them, epoch ms, rising. */
  readonly minutes: readonly number[];
}

const MINUTE_MS = 60_000;
const END = /"endTimeUnixNano":"?(\d+)/;

/** When a capture has spans. A line holds the spans that ended in one second, so its first span's end is the line's. */
export async function readCaptureTimes(path: string): Promise<CaptureTimes> {
  const minutes = new Set<number>();
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  for await (const line of captureLines(path)) {
    const nanos = END.exec(line)?.[1];
    if (nanos === undefined) continue;
    const ms = Number(nanos) / 1e6;
    fromMs = Math.min(fromMs, ms);
    toMs = Math.max(toMs, ms);
    minutes.add(Math.floor(ms / MINUTE_MS) * MINUTE_MS);
  }
  return { fromMs, toMs, minutes: [...minutes].sort((a, b) => a - b) };
}
