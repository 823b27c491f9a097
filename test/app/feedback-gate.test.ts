import { describe, expect, it } from 'vitest';
import { floorsOf, gateFloors } from '../../src/app/feedback-gate.ts';
import { EffectFloors } from '../../src/detect/effect-floors.ts';
import type { EffectFloor } from '../../src/domain/effect-floor.ts';
import type { Evidence } from '../../src/domain/evidence.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { testIncident } from '../http/test-server.ts';

const SELF = 'self(pay, Charge)';
const FAIL = 'error(pay, Charge)';

function evidence(component: string, observed: number, expected: number): Evidence {
  const kind = component.startsWith('self') ? 'self' : component.startsWith('calls') ? 'calls' : 'error';
  const unit = kind === 'self' ? 'us' : kind === 'error' ? 'ratio' : 'count';
  const direction = observed > expected ? 'up' : 'down';
  return {
    component,
    kind,
    observed,
    expected,
    unit,
    direction,
    p: 0.001,
    z: 9,
    effect: 1,
    count: 50,
    fromMs: 0,
    toMs: 1,
  };
}

const incident = (id: string, ...shown: Evidence[]): Incident => testIncident({ id, evidence: shown });
const nothingKept = () => undefined;
const nothing = { before: [], past: [], wouldFind: nothingKept };

/** Whether a change of SELF from 10 ms to `us` is calm under the floors. */
function isCalm(floors: readonly EffectFloor[], us: number): boolean {
  const all = new EffectFloors();
  all.set(floors, (key) => (key === SELF ? 4 : -1));
  return all.covers(4, 'self', { observed: Math.log(us + 100), expected: Math.log(10_100) });
}

describe('"not an anomaly"', () => {
  it('makes what was seen calm, for the components and direction that the evidence names, and no clearly larger effect', () => {
    const { floors, followed } = gateFloors(floorsOf(incident('i', evidence(SELF, 30_000, 10_000))), nothing);
    expect(followed).toBe('whole');
    expect(isCalm(floors, 30_000)).toBe(true);
    expect(isCalm(floors, 33_000)).toBe(true);
    expect(isCalm(floors, 40_000)).toBe(false);
    // Faster is another direction.
    expect(isCalm(floors, 5_000)).toBe(false);
    expect(floors.map(({ component }) => component)).toEqual([SELF]);
  });

  it.each([
    [SELF, 1e9, 1000, Math.log(30)],
    [FAIL, 1, 0, 0.5],
    ['calls(a, b -> c, d)', 0, 1, 0.9],
  ])('is bounded for %s', (component, observed, expected, most) => {
    expect(floorsOf(incident('i', evidence(component, observed, expected)))[0].least).toBeCloseTo(most, 6);
  });

  it('may not silence a past incident: its replay decides how far it is followed', () => {
    const asked = floorsOf(incident('i', evidence(SELF, 40_000, 10_000)));
    const past = incident('true', evidence(SELF, 35_000, 10_000));
    // Found only while the floor lets a factor of 2.5 through.
    const wouldFind = (_: Incident, floors: readonly EffectFloor[]): boolean => !isCalm(floors, 25_000);
    const gated = gateFloors(asked, { before: [], past: [past], wouldFind });
    expect(gated).toMatchObject({ followed: 'part', limitedBy: ['true'] });
    expect(isCalm(gated.floors, 25_000)).toBe(false);
    expect(isCalm(gated.floors, 19_000)).toBe(true);
  });

  it('is not followed at all when any raise would silence one', () => {
    const asked = floorsOf(incident('i', evidence(SELF, 40_000, 10_000)));
    const past = incident('true', evidence(SELF, 12_000, 10_000));
    const wouldFind = (_: Incident, floors: readonly EffectFloor[]): boolean =>
      floors.every(({ least }) => least === 0);
    expect(gateFloors(asked, { before: [], past: [past], wouldFind })).toEqual({
      followed: 'none',
      floors: [],
      limitedBy: ['true'],
    });
  });

  it('lowers only the floors of components that the past incident shows', () => {
    const asked = floorsOf(incident('i', evidence(SELF, 40_000, 10_000), evidence(FAIL, 0.2, 0)));
    const past = incident('true', evidence(SELF, 35_000, 10_000));
    const wouldFind = (_: Incident, floors: readonly EffectFloor[]): boolean => !isCalm(floors, 35_000);
    const { floors } = gateFloors(asked, { before: [], past: [past], wouldFind });
    expect(floors.find(({ component }) => component === FAIL)?.least).toBe(asked[1].least);
  });

  it('where nothing is kept of it, its stored evidence must stay above the floors', () => {
    const asked = floorsOf(incident('i', evidence(SELF, 40_000, 10_000)));
    const past = incident('true', evidence(SELF, 20_000, 10_000));
    const gated = gateFloors(asked, { ...nothing, past: [past] });
    expect(gated).toMatchObject({ followed: 'part', limitedBy: ['true'] });
    expect(isCalm(gated.floors, 20_000)).toBe(false);
    expect(gateFloors(asked, { ...nothing, past: [incident('other', evidence(FAIL, 1, 0))] }).followed).toBe(
      'whole',
    );
    expect(
      gateFloors(asked, { ...nothing, past: [incident('larger', evidence(SELF, 90_000, 10_000))] }).followed,
    ).toBe('whole');
  });
});
