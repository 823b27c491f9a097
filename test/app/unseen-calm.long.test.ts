import { deserialize, serialize } from 'node:v8';
import { beforeAll, describe, expect, it } from 'vitest';
import { Flow } from '../../src/app/flow.ts';
import { latenessMs } from '../../src/app/trace-stage.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../src/assemble/index.ts';
import { DEFAULT_INCIDENT_OPTIONS } from '../../src/incident/index.ts';
import { ManualClock } from '../../src/runtime/index.ts';
import { at, simulate } from '../../src/simulator/index.ts';
import { learnQuiet, type Learned, QUIET_SECONDS, START_MS } from './pipeline.ts';

let learned: Learned;
beforeAll(async () => void (learned = await learnQuiet()), 60_000);

const STOPS_S = 200;

/**
 * Seconds at which the incident about a slow payment resolves, when all spans stop while it fires, and come again, calm,
 * from `backS` on. `restart`: in the middle of the silence another process goes on with the state.
 */
function resolvesAt(
  backS: number,
  { clock = 'wall', restart = false }: { clock?: 'wall' | 'event'; restart?: boolean },
) {
  const { vocabulary, model } = learned;
  const startMs = START_MS + QUIET_SECONDS * 1000;
  const time = new ManualClock(startMs);
  const told: [string, number][] = [];
  const create = (): Flow =>
    new Flow(vocabulary, model, {
      clock,
      now: () => time.now(),
      assemble: DEFAULT_ASSEMBLE_LIMITS,
      verdicts: {
        ...{ falseAlertsPerWeek: 1, incident: DEFAULT_INCIDENT_OPTIONS, excluded: [] },
        latenessMs: latenessMs(DEFAULT_ASSEMBLE_LIMITS),
      },
      onEvent: (_, { type }) => {
        if (type !== 'updated') told.push([type, (time.now() - startMs) / 1000]);
      },
    });
  let flow = create();
  const script = at(90).slow('payment', { addMs: 300 }, STOPS_S - 90);
  const simulation = simulate({ seed: 8, startMs, tracesPerSecond: 10, script, names: vocabulary.names });
  const batch = simulation.newBatch();
  for (let second = 0; second < backS + 400; second++) {
    time.advance(1000);
    batch.clear();
    simulation.second(second, batch);
    if (second < STOPS_S || second >= backS) flow.accept({ source: 'shop', batch });
    // As the mover of event time does.
    else if (second >= STOPS_S + 10) flow.advanceTo((time.now() - 10_000) * 1000);
    if (!restart || second !== Math.round((STOPS_S + backS) / 2)) continue;
    const state = deserialize(serialize(flow.snapshot())) as ReturnType<Flow['snapshot']>;
    flow = create();
    flow.restore(state);
    // Nobody listened for a while, and the windows of that while are empty, too: it counts once.
    flow.gap(20_000);
  }
  expect(told.filter(([type]) => type === 'opened')).toHaveLength(1);
  return told.find(([type]) => type === 'resolved')?.[1] ?? Number.POSITIVE_INFINITY;
}

describe('an incident that fires when all spans stop', () => {
  it.each([
    ['a minute', 60, false],
    ['five minutes', 300, false],
    ['five minutes, with a restart', 300, true],
    ['an hour, of which not every window is sealed', 3600, false],
  ])('does not resolve in %s, and does by the calm that is seen then', (_, silentS, restart) => {
    const backS = STOPS_S + silentS;
    const calmS = resolvesAt(backS, { restart }) - backS;
    expect(calmS).toBeGreaterThan(90);
    // The calm itself, what a window waits, and what the ends of the silence cut off windows.
    expect(calmS).toBeLessThan(160);
  });

  it('resolves by a gap of a capture, whose scoring depends on it', () => {
    expect(resolvesAt(STOPS_S + 300, { clock: 'event' })).toBeLessThan(STOPS_S + 300);
  });
});
