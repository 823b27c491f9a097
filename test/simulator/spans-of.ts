import { wordsToHex } from '../../src/domain/ids.ts';
import type { SpanBatch } from '../../src/domain/span-batch.ts';
import { type Simulation, type SimulationOptions, simulate } from '../../src/simulator/index.ts';

export interface PlainSpan {
  traceId: string;
  id: string;
  parentId: string;
  service: string;
  operation: string;
  instance: string;
  version: string;
  node: string;
  peer: string;
  kind: number;
  failed: boolean;
  statusClass: number;
  startUs: number;
  endUs: number;
  weight: number;
}

export const START_MS = Date.UTC(2026, 4, 1, 12);
export const NO_PARENT = '0000000000000000';

export function plainSpans(batch: SpanBatch): PlainSpan[] {
  const { names } = batch;
  return Array.from({ length: batch.length }, (_, i) => ({
    traceId: wordsToHex(batch.traceId, i * 4, 4),
    id: wordsToHex(batch.spanId, i * 2, 2),
    parentId: wordsToHex(batch.parentId, i * 2, 2),
    service: names.serviceIdentity(batch.service[i]).name,
    operation: names.operationName(batch.operation[i]),
    instance: names.slotName(batch.instance[i]),
    version: names.slotName(batch.version[i]),
    node: names.slotName(batch.node[i]),
    peer: names.slotName(batch.peer[i]),
    kind: batch.kind[i],
    failed: (batch.flags[i] & 1) !== 0,
    statusClass: batch.statusClass[i],
    startUs: batch.startUs[i],
    endUs: batch.startUs[i] + batch.durationUs[i],
    weight: batch.weight[i],
  }));
}

export function secondsOf(simulation: Simulation, from: number, to: number): SpanBatch {
  const batch = simulation.newBatch();
  for (let second = from; second < to; second++) simulation.second(second, batch);
  return batch;
}

export function spansOf(options: Partial<SimulationOptions>, seconds: number): PlainSpan[] {
  return plainSpans(secondsOf(simulate({ seed: 7, startMs: START_MS, ...options }), 0, seconds));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
