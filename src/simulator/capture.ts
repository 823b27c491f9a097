import { createWriteStream } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { FaultTruth } from './fault.ts';
import { encodeOtlpJson } from './otlp-json.ts';
import { type Simulation, type SimulationOptions, simulate } from './simulation.ts';

export interface CaptureOptions extends SimulationOptions {
  /** Gzipped when it ends in `.gz`. An existing file is written over. */
  readonly path: string;
  readonly seconds: number;
}

export interface CaptureSummary {
  readonly spans: number;
  readonly truths: readonly FaultTruth[];
}

/** Writes OTLP JSON lines, one ExportTraceServiceRequest a second of the simulation. Rejects with the file system's error. */
export async function writeCapture(options: CaptureOptions): Promise<CaptureSummary> {
  const simulation = simulate(options);
  const counted = { spans: 0 };
  const lines = Readable.from(captureLines(simulation, options, counted));
  const file: Writable = createWriteStream(options.path);
  if (options.path.endsWith('.gz')) await pipeline(lines, createGzip(), file);
  else await pipeline(lines, file);
  return { spans: counted.spans, truths: simulation.truths };
}

function* captureLines(
  simulation: Simulation,
  { seconds, topology }: CaptureOptions,
  counted: { spans: number },
): Generator<string> {
  const batch = simulation.newBatch();
  const encoding = topology === undefined ? {} : { peers: topology.peers };
  for (let second = 0; second < seconds; second++) {
    batch.clear();
    simulation.second(second, batch);
    counted.spans += batch.length;
    if (batch.length > 0) yield `${encodeOtlpJson(batch, encoding)}\n`;
  }
}
