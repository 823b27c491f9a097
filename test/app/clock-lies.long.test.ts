import { beforeAll, expect, it } from 'vitest';
import { Flow } from '../../src/app/flow.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../src/assemble/index.ts';
import { latenessMs } from '../../src/app/trace-stage.ts';
import { SpanBatch, SpanKind } from '../../src/domain/span-batch.ts';
import { DEFAULT_INCIDENT_OPTIONS } from '../../src/incident/index.ts';
import { createRandom, ManualClock, type Random } from '../../src/runtime/index.ts';
import { at, simulate } from '../../src/simulator/index.ts';
import { learnQuiet, type Learned, QUIET_SECONDS, START_MS } from './pipeline.ts';

let learned: Learned;
beforeAll(async () => void (learned = await learnQuiet()), 60_000);

const SECONDS = 240;
const FAULT_AT_S = 90;

/** Seconds from the fault to the first incident under the wall clock, and what it blames, with `lies` spans a second from nowhere around. */
function timeToFind(lies: number): {
  readonly afterS: number;
  readonly blamed: string;
  readonly openings: number;
} {
  const { vocabulary, model } = learned;
  const startMs = START_MS + QUIET_SECONDS * 1000;
  const clock = new ManualClock(startMs);
  const opened: { atMs: number; blamed: string }[] = [];
  const flow = new Flow(vocabulary, model, {
    clock: 'wall',
    now: () => clock.now(),
    assemble: DEFAULT_ASSEMBLE_LIMITS,
    verdicts: {
      ...{ falseAlertsPerWeek: 1, incident: DEFAULT_INCIDENT_OPTIONS, excluded: [] },
      latenessMs: latenessMs(DEFAULT_ASSEMBLE_LIMITS),
    },
    onEvent: ({ finalSuspects: [first] }, { type }) => {
      if (type === 'opened' || type === 'reopened')
        opened.push({ atMs: clock.now(), blamed: first?.service ?? '' });
    },
  });
  const script = at(FAULT_AT_S).slow('payment', { addMs: 300 }, 200);
  const simulation = simulate({ seed: 8, startMs, tracesPerSecond: 10, script, names: vocabulary.names });
  const honest = simulation.newBatch();
  const random = createRandom(3);
  for (let second = 0; second < SECONDS; second++) {
    clock.advance(1000);
    honest.clear();
    simulation.second(second, honest);
    flow.accept({ source: 'shop', batch: honest });
    if (lies > 0) flow.accept({ source: 'garbage', batch: garbage(lies, clock.now(), random) });
  }
  const first = opened.find(({ atMs }) => atMs >= startMs + FAULT_AT_S * 1000);
  return {
    afterS: ((first?.atMs ?? Number.POSITIVE_INFINITY) - startMs) / 1000 - FAULT_AT_S,
    blamed: first?.blamed ?? '',
    openings: opened.length,
  };
}

/** Roots of services of all names that end up to five minutes ahead of the clock, in groups that agree. */
function garbage(count: number, nowMs: number, chance: Random): SpanBatch {
  const { names } = learned.vocabulary;
  const batch = new SpanBatch(names);
  const groupUs = (nowMs + chance() * 300_000) * 1000;
  for (let i = 0; i < count; i++) {
    const row = batch.push();
    for (let word = 0; word < 4; word++) batch.traceId[row * 4 + word] = chance() * 2 ** 32;
    batch.spanId[row * 2] = chance() * 2 ** 32;
    const name = `junk-${Math.floor(chance() * 50)}`;
    const service = (batch.service[row] = names.service({ environment: '', namespace: '', name }));
    batch.operation[row] = names.operation(service, 'x');
    batch.kind[row] = SpanKind.Server;
    batch.startUs[row] = groupUs + chance() * 1e6;
    batch.durationUs[row] = 1000;
  }
  return batch;
}

it('spans that end up to five minutes ahead of the clock, in agreement, delay no verdict and cause none', () => {
  const alone = timeToFind(0);
  const among = timeToFind(9);
  expect(alone.blamed).toBe('payment');
  expect(alone.afterS).toBeLessThan(40);
  expect(among).toEqual(alone);
});
