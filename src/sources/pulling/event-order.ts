import { wordsToHex } from '../../domain/ids.ts';
import type { SpanBatch } from '../../domain/span-batch.ts';

export interface EventOrder {
  /** Indices of spans: traces whole and by their latest end, as if each were sent when it ended. */
  readonly order: Int32Array;
  /** The latest end of each span's trace, by index, epoch microseconds. */
  readonly traceEndUs: Float64Array;
}

export function eventOrder(batch: SpanBatch): EventOrder {
  const ends = new Map<string, number>();
  const traces: string[] = [];
  for (let i = 0; i < batch.length; i++) {
    const trace = wordsToHex(batch.traceId, i * 4, 4);
    const endUs = batch.startUs[i] + batch.durationUs[i];
    traces.push(trace);
    ends.set(trace, Math.max(ends.get(trace) ?? 0, endUs));
  }
  const byEnd = [...ends].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
  const rank = new Map(byEnd.map(([trace], place) => [trace, place]));
  const places = traces.map((trace) => rank.get(trace) ?? 0);
  return {
    order: Int32Array.from(places.keys()).sort((a, b) => places[a] - places[b] || a - b),
    traceEndUs: Float64Array.from(traces, (trace) => ends.get(trace) ?? 0),
  };
}
