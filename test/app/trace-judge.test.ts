import { expect, it } from 'vitest';
import type { Flow } from '../../src/app/flow.ts';
import { KeptTraceJudge } from '../../src/app/trace-judge.ts';
import { createVocabulary } from '../../src/app/vocabulary.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import { Measurer } from '../../src/measure/index.ts';
import { baselineOf } from '../baseline/simulated.ts';

const KEY = 'self(pay, Charge)';
/** A factor of 2.2 between midnight and noon. */
const season = { harmonics: Float64Array.of(0.4, 0, 0, 0), slots: new Float64Array(0) };

it('a kept trace is judged by what was usual when it ended, not by what is usual now', () => {
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const { table } = vocabulary;
  const baselines = [];
  // It is midnight now.
  baselines[table.internKey(KEY)] = baselineOf(9.4, { season, inLevel: 0.4 });
  const flow = {
    verdicts: { baselines, forests: new Map() },
    traces: { measurer: new Measurer(table) },
  } as unknown as Flow;
  const judge = new KeptTraceJudge(vocabulary, flow);
  const expectedAt = (hour: number): number => {
    const span = {
      ...{ spanId: '00000000000000aa', parentId: '', service: 'pay', operation: 'Charge' },
      ...{ kind: 'server' as const, failed: false, startUs: 0, durationUs: 8000 },
    };
    const trace = {
      ...{ traceId: '000000000000000000000000000000ab', spans: [span], omitted: 0 },
      startMs: Date.UTC(2026, 4, 4, hour),
    };
    const judged = judge.judge(trace, { environment: '', namespace: '' });
    return judged?.parts.find(({ key }) => key === KEY)?.expected ?? Number.NaN;
  };
  expect(expectedAt(0)).toBeCloseTo(Math.exp(9.4) - 100, -1);
  expect(expectedAt(12)).toBeCloseTo(Math.exp(8.6) - 100, -1);
  expect(baselines[table.internKey(KEY)].level).toBe(9.4);
});
