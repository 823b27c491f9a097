import type { TraceTable, TraceWindow } from '../trace-table.ts';

/** Scores by service number; 1 is where the textbook draws the line, more is worse. */
export type ServiceScores = ReadonlyMap<number, number>;

/** A recipe that people use instead. Written for the benchmark, to be as good as its recipe allows. */
export interface Rival {
  readonly name: string;
  readonly windowMs: number;
  /** Learns from windows of ordinary traffic; what comes back scores a window. Deterministic for a seed. */
  fit(
    table: TraceTable,
    learned: readonly TraceWindow[],
    seed: number,
  ): (window: TraceWindow) => ServiceScores;
}

/** Keeps the larger score of a service. */
export function offer(scores: Map<number, number>, service: number, score: number): void {
  if (score > (scores.get(service) ?? Number.NEGATIVE_INFINITY)) scores.set(service, score);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
