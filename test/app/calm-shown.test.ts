import { describe, expect, it } from 'vitest';
import type { Baseline } from '../../src/baseline/index.ts';
import { showsCalm } from '../../src/app/calm-shown.ts';
import { ComponentTable } from '../../src/domain/component-table.ts';
import { parseComponent } from '../../src/domain/component-grammar.ts';
import type { Evidence } from '../../src/domain/evidence.ts';
import { Names } from '../../src/domain/names.ts';
import { LOG_OFFSET_US } from '../../src/domain/summary.ts';
import { BASELINE, partsOf } from '../detect/judging.ts';

const table = new ComponentTable(new Names());
const COMPONENT = 'self(report, GET /yearly)';
const id = table.intern(parseComponent(COMPONENT));

function evidence(change: Partial<Evidence> = {}): Evidence {
  return {
    component: COMPONENT,
    kind: 'self',
    unit: 'us',
    observed: 2_000_000,
    expected: 350_000,
    p: 1e-9,
    z: 9,
    effect: 5.7,
    direction: 'up',
    count: 9,
    fromMs: 0,
    toMs: 60_000,
    ...change,
  };
}

/** Whether requests of the last two minutes, in microseconds or as ratios, show calm. */
function shown(
  windows: number[][],
  of: Evidence = evidence(),
  { fingerprint = 'service report', others = 50, level = undefined as number | undefined } = {},
): boolean {
  const measured = windows.map((values) =>
    values.map((value) => (of.unit === 'us' ? Math.log(value + LOG_OFFSET_US) : value)),
  );
  const ring = {
    parts: (asked: number) => (asked === id ? partsOf(...measured) : partsOf()),
    traces: () => others,
  };
  const baselines: Baseline[] = [];
  if (level !== undefined) baselines[id] = { ...BASELINE, level };
  return showsCalm({ table, ring, baselines })({ evidence: [of], fingerprint });
}

describe('calm', () => {
  it('is not shown by silence, nor by one request', () => {
    expect(shown([])).toBe(false);
    expect(shown([[350_000]])).toBe(false);
  });

  it('is shown by two requests as usual, and not by two that are as slow as before', () => {
    expect(shown([[340_000], [380_000]])).toBe(true);
    expect(shown([[2_061_000], [1_699_000]])).toBe(false);
    // Below any cut, and still more than half of it.
    expect(shown([[1_000_000, 1_100_000], [1_050_000]])).toBe(false);
    expect(shown([[600_000], [620_000]])).toBe(true);
  });

  it('is asked in the direction of the evidence: what became fewer must be as many again', () => {
    const fewer = evidence({ kind: 'calls', unit: 'count', observed: 0, expected: 1, direction: 'down' });
    expect(shown([[0, 0, 1]], fewer)).toBe(false);
    expect(shown([[1, 1, 0]], fewer)).toBe(true);
  });

  it('is what a person calls normal, while it goes on', () => {
    const level = Math.log(2_000_000);
    expect(shown([[2_061_000], [1_999_000]], evidence(), { level })).toBe(true);
  });

  it('is shown by a gap in which nothing at all was seen', () => {
    expect(shown([], evidence(), { others: 0 })).toBe(true);
  });

  it('is taken as shown for what is told by tails and places', () => {
    expect(shown([], evidence(), { fingerprint: 'tail of service report' })).toBe(true);
    expect(shown([], evidence({ component: `${COMPONENT}[instance=report-1]` }))).toBe(true);
  });
});
