import { describe, expect, it } from 'vitest';
import { NO_MODEL } from '../../src/app/model.ts';
import { VerdictStage } from '../../src/app/verdict-stage.ts';
import { createVocabulary } from '../../src/app/vocabulary.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import { DEFAULT_INCIDENT_OPTIONS } from '../../src/incident/index.ts';
import { baselineOf, batchOf, flat, START_MS } from '../baseline/simulated.ts';

const HALF_A_DAY = 4320;
const options = {
  falseAlertsPerWeek: 1,
  incident: DEFAULT_INCIDENT_OPTIONS,
  latenessMs: 10_000,
  excluded: [],
};
/** Slow at midnight, fast at noon, which is when the windows begin. */
const season = { harmonics: Float64Array.of(0.4, 0, 0, 0), slots: new Float64Array(0) };

function stageOf(level: number) {
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const component = vocabulary.table.internKey('self(pay, Charge)');
  const baselines = new Map([[component, baselineOf(level, { season, inLevel: 0 })]]);
  const stage = new VerdictStage(vocabulary, { ...NO_MODEL, baselines }, options, () => undefined);
  const judge = (window: number, value: number) => {
    const batch = batchOf(component, window, flat(value, 40, 0.3));
    batch.topValue[0] = value;
    stage.onSealed(batch);
    const [scale] = stage.judgement?.scales ?? [];
    return { expected: scale.expected[0], z: scale.z[0], logBayes: scale.logBayes[0] };
  };
  return { stage, judge };
}

describe('a window is judged by what is usual at its hour', () => {
  it('from the first window on', () => {
    const { judge } = stageOf(9);
    expect(judge(0, 8.6).expected).toBeCloseTo(8.6, 4);
  });

  it('what is usual at midnight is an anomaly at noon', () => {
    const { judge } = stageOf(9);
    const noon = judge(0, 9.4);
    expect(noon.logBayes).toBeGreaterThan(10);
    const midnight = judge(HALF_A_DAY, 9.4);
    expect(midnight.expected).toBeCloseTo(9.4, 3);
    expect(Math.abs(midnight.z)).toBeLessThan(0.01);
    expect(midnight.logBayes).toBeLessThan(0);
  });

  it('goes on from a stored state as if nothing had been', () => {
    const { stage, judge } = stageOf(9);
    judge(0, 8.6);
    const other = stageOf(7);
    other.judge(360, 7);
    other.stage.restore(structuredClone(stage.snapshot()));
    expect(other.judge(360, 8.6)).toEqual(judge(360, 8.6));
    expect(other.stage.baselines).toEqual(stage.baselines);
    expect(START_MS % 86_400_000).toBe(43_200_000);
  });
});
