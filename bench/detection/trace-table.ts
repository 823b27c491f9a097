import { Assembler, TraceBuilder } from '../../src/assemble/index.ts';
import type { Config } from '../../src/config/index.ts';
import { Names } from '../../src/domain/names.ts';
import { SpanFlag } from '../../src/domain/span-batch.ts';
import type { Trace } from '../../src/domain/trace.ts';
import { createFileCounts } from '../../src/sources/file/index.ts';
import { recordsOf, type Stretch } from './spanwatch.ts';

/** The traces of a capture as columns: all that the rivals look at. */
export class TraceTable {
  readonly names: Names;
  length = 0;
  /** Latest span end, epoch ms: a trace's event time. */
  readonly endMs: number[] = [];
  readonly durationMs: number[] = [];
  readonly errors: number[] = [];
  /** The worst status class of its spans: 5 for HTTP 5xx. */
  readonly status: number[] = [];
  /** Spans of trace t are [spanFrom[t], spanFrom[t + 1]). */
  readonly spanFrom: number[] = [0];
  readonly operation: number[] = [];
  readonly spanMs: number[] = [];

  constructor(names: Names) {
    this.names = names;
  }

  add(trace: Trace): void {
    let startUs = Number.POSITIVE_INFINITY;
    let errors = 0;
    let status = 0;
    for (let i = 0; i < trace.spanCount; i++) {
      startUs = Math.min(startUs, trace.startUs[i]);
      if ((trace.flags[i] & SpanFlag.Error) !== 0) errors++;
      status = Math.max(status, trace.statusClass[i]);
      this.operation.push(trace.operation[i]);
      this.spanMs.push((trace.endUs[i] - trace.startUs[i]) / 1000);
    }
    this.endMs.push(trace.latestEndUs / 1000);
    this.durationMs.push((trace.latestEndUs - startUs) / 1000);
    this.errors.push(errors);
    this.status.push(status);
    this.spanFrom.push(this.operation.length);
    this.length++;
  }

  spanCount(trace: number): number {
    return this.spanFrom[trace + 1] - this.spanFrom[trace];
  }
}

/** Assembles a capture with the waits of the configuration. */
export async function readTraceTable(path: string, whole: Stretch, config: Config): Promise<TraceTable> {
  const table = new TraceTable(new Names(config.names));
  const assembler = new Assembler(config.assemble, new TraceBuilder(table.names), (trace) =>
    table.add(trace),
  );
  const records = recordsOf(path, whole, { names: table.names, counts: createFileCounts() });
  for await (const { batch } of records) assembler.add(batch);
  assembler.flush();
  return table;
}

export interface TraceWindow {
  readonly startMs: number;
  /** Rows of the table. */
  readonly traces: readonly number[];
}

/** Traces that end in [fromMs, toMs) by window of event time, in order. */
export function windowsOf(table: TraceTable, windowMs: number, { fromMs, toMs }: Stretch): TraceWindow[] {
  const windows = new Map<number, number[]>();
  for (let t = 0; t < table.length; t++) {
    const endMs = table.endMs[t];
    if (endMs < fromMs || endMs >= toMs) continue;
    const startMs = Math.floor(endMs / windowMs) * windowMs;
    const known = windows.get(startMs);
    if (known === undefined) windows.set(startMs, [t]);
    else known.push(t);
  }
  return [...windows].map(([startMs, traces]) => ({ startMs, traces })).sort((a, b) => a.startMs - b.startMs);
}

/** Span durations of the given traces by operation, milliseconds. */
export function durationsByOperation(table: TraceTable, traces: readonly number[]): Map<number, number[]> {
  const durations = new Map<number, number[]>();
  for (const t of traces) {
    for (let s = table.spanFrom[t]; s < table.spanFrom[t + 1]; s++) {
      const known = durations.get(table.operation[s]);
      if (known === undefined) durations.set(table.operation[s], [table.spanMs[s]]);
      else known.push(table.spanMs[s]);
    }
  }
  return durations;
}
