import { describe, expect, it } from 'vitest';
import { latenessMs, TraceStage } from '../../src/app/trace-stage.ts';
import { createVocabulary } from '../../src/app/vocabulary.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../src/assemble/index.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import { SpanBatch, SpanKind } from '../../src/domain/span-batch.ts';
import type { SummaryBatch } from '../../src/domain/summary.ts';
import { START_MS } from './pipeline.ts';

function staged() {
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const sealed: SummaryBatch[] = [];
  const stage = new TraceStage(vocabulary, DEFAULT_ASSEMBLE_LIMITS, {
    onMeasured: () => undefined,
    onSealed: (batch) => sealed.push(batch),
  });
  const batch = new SpanBatch(vocabulary.names);
  const service = vocabulary.names.service({ environment: '', namespace: '', name: 'web' });
  const operation = vocabulary.names.operation(service, 'GET /');
  const add = (id: number, endMs: number): void => {
    batch.clear();
    const i = batch.push();
    batch.traceId.set([id, id, id, id], i * 4);
    batch.spanId.set([1, id], i * 2);
    batch.service[i] = service;
    batch.operation[i] = operation;
    batch.kind[i] = SpanKind.Server;
    batch.durationUs[i] = 5000;
    batch.startUs[i] = endMs * 1000 - 5000;
    stage.add(batch);
  };
  return { stage, sealed, add };
}

describe('the trace stage', () => {
  it('seals a window within its lateness after the end, with all of its complete traces in time', () => {
    const { stage, sealed, add } = staged();
    for (let n = 1; n <= 400; n++) add(n, START_MS + n * 100);
    const newest = sealed.at(-1);
    expect(newest?.windowStartMs).toBe(START_MS + 20_000);
    expect(START_MS + 40_000 - latenessMs(DEFAULT_ASSEMBLE_LIMITS)).toBeGreaterThanOrEqual(START_MS + 30_000);
    stage.flush();
    expect(sealed.map(({ traces }) => traces).reduce((a, b) => a + b, 0)).toBe(400);
    expect(stage.summariser.late).toBe(0);
  });

  it('moves on without spans', () => {
    const { stage, sealed, add } = staged();
    for (let n = 1; n <= 5; n++) add(n, START_MS + n);
    expect(sealed).toEqual([]);
    stage.advanceTo((START_MS + 60_000) * 1000);
    expect(sealed[0].traces).toBe(5);
    expect(sealed.length).toBe(5);
  });

  it('is not held up by a span of the year 2100, nor does it lose it', () => {
    const { stage, sealed, add } = staged();
    for (let n = 1; n <= 50; n++) add(n, START_MS + n * 100);
    add(1000, Date.UTC(2099, 11, 31));
    for (let n = 51; n <= 400; n++) add(n, START_MS + n * 100);
    stage.flush();
    expect(sealed.reduce((sum, { traces }) => sum + traces, 0)).toBe(401);
    expect(sealed.length).toBe(5);
    expect(stage.summariser.ahead).toBe(1);
  });
});
