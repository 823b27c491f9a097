import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { captureLines } from '../../scoring/index.ts';

interface JsonTimes {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: { startTimeUnixNano: string; endTimeUnixNano: string }[];
    }[];
  }[];
}

/**
 * A file of OTLP JSON lines with its times as Jaeger keeps them: the start and the duration in whole microseconds, each cut
 * off (jaegertracing/jaeger model/time.go: TimeAsEpochMicroseconds, DurationAsMicroseconds).
 */
export async function cutTimes(from: string, to: string): Promise<void> {
  await pipeline(Readable.from(cutLines(from)), createGzip({ level: 1 }), createWriteStream(to));
}

async function* cutLines(path: string): AsyncGenerator<string> {
  for await (const line of captureLines(path)) {
    const request = JSON.parse(line) as JsonTimes;
    for (const { scopeSpans } of request.resourceSpans)
      for (const { spans } of scopeSpans)
        for (const span of spans) {
          const [start, end] = [BigInt(span.startTimeUnixNano), BigInt(span.endTimeUnixNano)];
          const cutStart = start - (start % 1000n);
          span.startTimeUnixNano = String(cutStart);
          span.endTimeUnixNano = String(cutStart + (end - start) - ((end - start) % 1000n));
        }
    yield `${JSON.stringify(request)}\n`;
  }
}
