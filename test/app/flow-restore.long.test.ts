import { deserialize, serialize } from 'node:v8';
import { beforeAll, describe, expect, it } from 'vitest';
import { Flow, type FlowOptions } from '../../src/app/flow.ts';
import { latenessMs } from '../../src/app/trace-stage.ts';
import { createVocabulary, type Vocabulary } from '../../src/app/vocabulary.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../src/assemble/index.ts';
import type { IncidentEvent } from '../../src/domain/incident.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import { DEFAULT_INCIDENT_OPTIONS } from '../../src/incident/index.ts';
import { createRandom } from '../../src/runtime/index.ts';
import { at, simulate } from '../../src/simulator/index.ts';
import { learnQuiet, type Learned, QUIET_SECONDS, START_MS } from './pipeline.ts';

let learned: Learned;
beforeAll(async () => {
  // With forests, so that what depends on the order of measurements shows.
  learned = await learnQuiet(QUIET_SECONDS);
});

const SECONDS = 700;

function options(events: IncidentEvent[]): FlowOptions {
  return {
    clock: 'event',
    now: () => 0,
    assemble: DEFAULT_ASSEMBLE_LIMITS,
    verdicts: {
      falseAlertsPerWeek: 1,
      incident: DEFAULT_INCIDENT_OPTIONS,
      latenessMs: latenessMs(DEFAULT_ASSEMBLE_LIMITS),
      excluded: [],
    },
    onEvent: (_, event) => events.push(event),
  };
}

/** Nothing is shared with the process before. */
function copied<T>(state: T): T {
  return deserialize(serialize(state)) as T;
}

interface Life {
  vocabulary: Vocabulary;
  flow: Flow;
}

function firstLife(events: IncidentEvent[]): Life {
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  vocabulary.names.restore(learned.vocabulary.names.snapshot());
  vocabulary.table.restore(copied(learned.vocabulary.table.snapshot()));
  const model = { ...learned.model, baselines: copied(learned.model.baselines) };
  return { vocabulary, flow: new Flow(vocabulary, model, options(events)) };
}

function nextLife({ vocabulary, flow }: Life, events: IncidentEvent[]): Life {
  const next = createVocabulary(DEFAULT_NAME_LIMITS);
  next.names.restore(copied(vocabulary.names.snapshot()));
  next.table.restore(copied(vocabulary.table.snapshot()));
  const model = { ...learned.model, baselines: copied(learned.model.baselines) };
  const restored = new Flow(next, model, options(events));
  restored.restore(copied(flow.snapshot()));
  return { vocabulary: next, flow: restored };
}

/** The shop with faults, with a restart before each of the seconds in `cuts`. */
function run(cuts: ReadonlySet<number>) {
  const names = createVocabulary(DEFAULT_NAME_LIMITS).names;
  names.restore(learned.vocabulary.names.snapshot());
  const simulation = simulate({
    seed: 8,
    startMs: START_MS + QUIET_SECONDS * 1000,
    tracesPerSecond: 10,
    script: at(120).slow('payment', { addMs: 350 }, 180).at(420).errors('cart', 0.3, 120),
    names,
  });
  const events: IncidentEvent[] = [];
  let life = firstLife(events);
  const batch = simulation.newBatch();
  for (let second = 0; second < SECONDS; second++) {
    if (cuts.has(second)) life = nextLife(life, events);
    batch.clear();
    simulation.second(second, batch);
    life.vocabulary.names.restore(names.snapshot(life.vocabulary.names.counts()));
    life.flow.accept({ source: 'shop', batch, cursor: String(second) });
  }
  life.flow.end();
  return { events, life };
}

describe('snapshot, restore, go on', () => {
  it('is the same as never stopping, to the last byte, wherever it is cut', () => {
    const whole = run(new Set());
    expect(whole.events.filter(({ type }) => type === 'opened').length).toBeGreaterThanOrEqual(2);
    const random = createRandom(4);
    for (const cuts of [1, 5, 40]) {
      const at = Array.from({ length: cuts }, () => Math.floor(random() * SECONDS));
      const cut = run(new Set(at));
      expect(JSON.stringify(cut.events), `cut at ${at.join(', ')}`).toBe(JSON.stringify(whole.events));
      expect(serialize(cut.life.flow.snapshot()).length).toBeGreaterThan(0);
      const { flow } = cut.life;
      expect(flow.traces.assembler.counts).toEqual(whole.life.flow.traces.assembler.counts);
      expect(flow.snapshot().verdicts.learner).toEqual(whole.life.flow.snapshot().verdicts.learner);
      expect(flow.verdicts.windows).toBe(whole.life.flow.verdicts.windows);
      expect(flow.cursors().get('shop')).toBe(String(SECONDS - 1));
    }
  }, 240_000);
});
