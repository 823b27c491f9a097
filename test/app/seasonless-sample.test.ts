import { expect, it } from 'vitest';
import { takeSeasonsOff } from '../../src/app/seasonless-sample.ts';
import { Measurements } from '../../src/domain/measurement.ts';
import { TraceSample } from '../../src/forest/index.ts';
import { createRandom } from '../../src/runtime/index.ts';
import { baselineOf } from '../baseline/simulated.ts';

const season = { harmonics: Float64Array.of(0.4, 0, 0, 0), slots: new Float64Array(0) };

it('sampled traces are as far from their level as they were from what was usual when they ended', () => {
  const sample = new TraceSample(createRandom(1));
  for (const hour of [0, 12]) {
    const measured = new Measurements(3);
    const usual = 9 + (hour === 0 ? 0.4 : -0.4);
    measured.push(0, usual + 0.1, 0);
    measured.push(1, 7, 0);
    measured.push(2, 5, 0);
    sample.add(1, measured, { spans: 3, endMs: Date.UTC(2026, 4, 4, hour) });
  }
  takeSeasonsOff(sample, [baselineOf(9, { season, inLevel: 0 }), baselineOf(7)]);
  for (const { measurements } of sample.entries.get(1)?.traces ?? []) {
    expect(measurements.value[0]).toBeCloseTo(9.1, 4);
    expect([...measurements.value.subarray(1, 3)]).toEqual([7, 5]);
  }
  expect(sample.entries.get(1)?.traces).toHaveLength(2);
});
