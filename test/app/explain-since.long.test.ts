import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/app/explain.ts';
import { explainTraces } from '../../src/app/explain-traces.ts';
import { loadModel, type LoadedModel } from '../../src/app/model.ts';
import { createVocabulary } from '../../src/app/vocabulary.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../src/assemble/index.ts';
import { parseConfig } from '../../src/config/index.ts';
import { DEFAULT_NAME_LIMITS, type Names } from '../../src/domain/names.ts';
import { at, oneTrace, simulate } from '../../src/simulator/index.ts';
import type { FileRecord } from '../../src/sources/file/index.ts';

const START_MS = Date.UTC(2026, 0, 5, 12);
const SECONDS = 500;
const SLOW_FROM = 60;
const SLOW_FOR = 60;
const LONE_AT = 420;

interface Told extends Explanation {
  /** Second of the data that had been read when it was told. */
  readonly toldAt: number;
  readonly second: number;
}

/** The simulated shop: payment is slow for a minute, and much later one single trace is. */
async function told(): Promise<{ all: Told[]; lone: string }> {
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const model = (): LoadedModel => {
    const loaded = loadModel(join(import.meta.dirname, '..', '..', 'models', 'demo'), vocabulary.table);
    if (!loaded.ok) throw new Error(loaded.reason);
    return loaded.model;
  };
  const parsed = parseConfig('', 'defaults');
  if (!parsed.ok) throw new Error('no defaults');
  const all: Told[] = [];
  const read = { second: 0, lone: '' };
  await explainTraces(vocabulary, { model: model(), beside: model() }, shop(vocabulary.names, read), {
    config: parsed.config,
    limits: DEFAULT_ASSEMBLE_LIMITS,
    keep: (trace) => (trace.latestEndUs / 1000 - START_MS) / 1000,
    onExplained: (explanation, second) => all.push({ ...explanation, second, toldAt: read.second }),
  });
  return { all, lone: read.lone };
}

// eslint-disable-next-line @typescript-eslint/require-await -- the readers of records take what a file gives
async function* shop(names: Names, read: { second: number; lone: string }): AsyncGenerator<FileRecord> {
  const script = at(SLOW_FROM).slow('payment', { addMs: 350 }, SLOW_FOR);
  const simulation = simulate({ seed: 7, startMs: START_MS, tracesPerSecond: 10, script, names });
  const batch = simulation.newBatch();
  for (; read.second < SECONDS; read.second++) {
    batch.clear();
    simulation.second(read.second, batch);
    if (read.second === LONE_AT) {
      const startMs = START_MS + LONE_AT * 1000;
      read.lone = oneTrace({ seed: 3, startMs, causes: [{ kind: 'self', addMs: 900 }] }, batch).traceId;
    }
    yield { file: 'simulated', batch, arrivalUs: batch.latestEndUs() };
  }
}

describe('since when, of traces of a file that holds others too', () => {
  let all: Told[] = [];
  let lone: Told | undefined;
  beforeAll(async () => {
    const made = await told();
    all = made.all;
    lone = all.find(({ traceId }) => traceId === made.lone);
  });

  it('slow ones of an incident name it, and since when it is', () => {
    const slow = all.filter(
      ({ suspects: [first], evidence, second }) =>
        first.service === 'payment' &&
        evidence.length > 0 &&
        second > SLOW_FROM + 5 &&
        second < SLOW_FROM + SLOW_FOR,
    );
    expect(slow.length).toBeGreaterThan(15);
    for (const { since, second, evidence, suspects } of slow) {
      if (since?.told !== 'incident')
        throw new Error(`told ${JSON.stringify({ since, second, evidence, suspects })}`);
      expect(since.incident.suspects[0].service).toBe('payment');
      expect(Math.abs(since.fromMs - (START_MS + SLOW_FROM * 1000))).toBeLessThanOrEqual(10_000);
      expect(since.incident.openedAt).toBeGreaterThan(since.fromMs);
    }
  });

  it('nothing before it is part of it, however slow by chance', () => {
    const parts = all.flatMap(({ since }) => (since?.told === 'incident' ? [since.fromMs] : []));
    expect(Math.min(...parts)).toBeGreaterThanOrEqual(START_MS + (SLOW_FROM - 10) * 1000);
  });

  it('one that is slow among ordinary ones stands alone', () => {
    expect(lone?.anomalous).toBe(true);
    expect(lone?.since).toMatchObject({ told: 'alone' });
  });

  it('nothing of traces in which nothing stands out', () => {
    const calm = all.filter(({ evidence }) => evidence.length === 0);
    expect(calm.length).toBeGreaterThan(1000);
    expect(calm.filter(({ since, confidence }) => since !== undefined || confidence !== undefined)).toEqual(
      [],
    );
  });

  it('each once, in the order in which they closed, and not kept until the end of the file', () => {
    expect(new Set(all.map(({ traceId }) => traceId)).size).toBe(all.length);
    const early = all.filter(({ second }) => second < 60);
    expect(Math.max(...early.map(({ toldAt }) => toldAt))).toBeLessThan(60 + 300 + 60);
    const times = all.map(({ toldAt }) => toldAt);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});
