import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptShareOf, type LoadSample, nextLoad, stageOf, UNLOADED } from '../../src/overload/load-rules.ts';

const CALM: LoadSample = { memory: 0.3, lag: 0.01 };
const HOT_LAG: LoadSample = { memory: 0.3, lag: 0.6 };
const HOT_MEMORY: LoadSample = { memory: 0.93, lag: 0.01 };
const FULL_LAG: LoadSample = { memory: 0.3, lag: 1.2 };
const FULL_MEMORY: LoadSample = { memory: 1.01, lag: 0 };
const BETWEEN: LoadSample = { memory: 0.85, lag: 0.3 };

/** Stage and share after so many samples each, from unloaded. */
function after(...story: readonly (readonly [LoadSample, number])[]): [string, number] {
  let state = UNLOADED;
  for (const [sample, seconds] of story) for (let i = 0; i < seconds; i++) state = nextLoad(state, sample);
  return [stageOf(state), keptShareOf(state)];
}

describe('load', () => {
  it.each<[string, ReturnType<typeof after>, string, number]>([
    ['is normal while it is calm', after([CALM, 100]), 'normal', 1],
    ['forgives two hot seconds', after([HOT_LAG, 2], [CALM, 1], [HOT_LAG, 2]), 'normal', 1],
    ['halves what is taken after three', after([HOT_LAG, 3]), 'shed', 1 / 2],
    ['halves it by memory, too', after([HOT_MEMORY, 3]), 'shed', 1 / 2],
    ['halves it again each three seconds', after([HOT_LAG, 9]), 'shed', 1 / 8],
    ['never sheds below a sixteenth by heat', after([HOT_LAG, 300]), 'shed', 1 / 16],
    ['forgives one second of full lag', after([FULL_LAG, 1], [CALM, 1]), 'normal', 1],
    ['refuses at the second', after([FULL_LAG, 2]), 'refuse', 1 / 16],
    ['refuses at once for memory', after([FULL_MEMORY, 1]), 'refuse', 1 / 16],
    ['refuses for three seconds at least', after([FULL_MEMORY, 1], [CALM, 2]), 'refuse', 1 / 16],
    ['comes back with a sixteenth', after([FULL_MEMORY, 1], [CALM, 3]), 'shed', 1 / 16],
    ['keeps its level between calm and heat', after([HOT_LAG, 3], [BETWEEN, 50]), 'shed', 1 / 2],
    ['tries a milder one after a minute there', after([HOT_LAG, 3], [BETWEEN, 60]), 'normal', 1],
    ['takes ten calm seconds for each step up', after([HOT_LAG, 6], [CALM, 19]), 'shed', 1 / 2],
    ['takes all again in the end', after([HOT_LAG, 12], [CALM, 40]), 'normal', 1],
    ['tries again after a minute of memory that does not fall', after([FULL_MEMORY, 61]), 'shed', 1 / 16],
  ])('%s', (_, [stage, share], wantStage, wantShare) => {
    expect([stage, share]).toEqual([wantStage, wantShare]);
  });

  it('moves by one step at a time but for refusal, and ends normal after any story and enough calm', () => {
    const sample = fc.record({
      memory: fc.double({ min: 0, max: 1.5, noNaN: true }),
      lag: fc.double({ min: 0, max: 3, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 200 }), (story) => {
        let state = UNLOADED;
        for (const one of story) {
          const next = nextLoad(state, one);
          expect(next.level - state.level <= 1 || stageOf(next) === 'refuse').toBe(true);
          expect(next.level - state.level).toBeGreaterThanOrEqual(-1);
          state = next;
        }
        for (let i = 0; i < 60; i++) state = nextLoad(state, CALM);
        expect(stageOf(state)).toBe('normal');
      }),
    );
  });
});
