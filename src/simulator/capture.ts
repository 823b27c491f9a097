import type { FaultTruth } from './fault.ts';
import type { SimulationOptions } from './simulation.ts';

export interface CaptureOptions extends SimulationOptions {
  /** Gzipped when it ends in `.gz`. */
  readonly path: string;
  readonly seconds: number;
}

export interface CaptureSummary {
  readonly spans: number;
  readonly truths: readonly FaultTruth[];
}

/** Writes OTLP JSON lines, one ExportTraceServiceRequest a second of the simulation. Rejects with the file system's error. */
export function writeCapture(_options: CaptureOptions): Promise<CaptureSummary> {
  throw new Error('not there yet');
}
