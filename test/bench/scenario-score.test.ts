import { describe, expect, it } from 'vitest';
import type { ScenarioRun } from '../../bench/scenarios/judge.ts';
import { scoreRun } from '../../bench/scenarios/score.ts';
import { fireRows, quietRows, shortcomings, totalsOf } from '../../bench/scenarios/table.ts';
import type { Incident, Severity } from '../../src/domain/incident.ts';
import type { Suspect } from '../../src/domain/suspect.ts';
import { type FaultTruth, QUIET, type Scenario } from '../../src/simulator/index.ts';

const scenario: Scenario = { name: 'slow', expect: 'fire', seconds: 600, script: () => QUIET };
const truth = (service: string, instance?: string): FaultTruth => ({
  kind: instance === undefined ? 'service' : 'instance',
  service,
  ...(instance === undefined ? {} : { instance }),
  cause: 'code',
  fromMs: 120_000,
  toMs: 480_000,
});
const suspect = (service: string): Suspect => ({
  kind: 'service',
  environment: '',
  namespace: '',
  service,
  component: '',
  share: 1,
  cause: 'code',
  because: [],
  against: [],
});
const incident = (id: string, service: string, ...openings: (readonly [number, Severity])[]): Incident =>
  ({
    id,
    openings: openings.map(([second, severity]) => ({
      openedAt: second * 1000,
      resolvedAt: null,
      severity,
      suspects: [suspect(service)],
    })),
  }) as unknown as Incident;
const run = (
  truths: readonly FaultTruth[],
  incidents: readonly Incident[],
  of: Partial<Scenario> = {},
): ScenarioRun => ({
  scenario: { ...scenario, ...of },
  seed: 1,
  fromMs: 0,
  toMs: 600_000,
  truths,
  incidents,
  spans: 0,
});

describe('a run of a scenario', () => {
  it('finds a fault by an opening of any severity, from its start to half a minute after its end', () => {
    for (const [second, found] of [
      [119, false],
      [120, true],
      [509, true],
      [511, false],
    ] as const) {
      const [of] = scoreRun(run([truth('a')], [incident('1', 'a', [second, 'P3'])])).truths;
      expect(of.suspect !== undefined, String(second)).toBe(found);
      if (found) expect(of.detectedAfterSeconds).toBe(second - 120);
    }
  });

  it('is right by the first opening alone, however many follow', () => {
    const incidents = [incident('1', 'b', [150, 'P2']), incident('2', 'a', [160, 'P1'])];
    const score = scoreRun(run([truth('a')], incidents));
    expect(score.truths[0].right).toBe(false);
    expect(score.incidents).toBe(2);
  });

  it('wants an incident for each of several faults, and hands out the right ones first', () => {
    const incidents = [incident('1', 'x', [140, 'P2']), incident('2', 'a', [150, 'P2'])];
    const both = scoreRun(run([truth('a'), truth('b')], incidents)).truths;
    expect(both.map(({ right, suspect: of }) => [right, of?.service])).toEqual([
      [true, 'a'],
      [false, 'x'],
    ]);
    const one = scoreRun(run([truth('a'), truth('b')], [incident('1', 'a', [150, 'P2'])])).truths;
    expect(one.map(({ suspect: of }) => of !== undefined)).toEqual([true, false]);
  });

  it('wants the instance itself where the scenario says exact', () => {
    const incidents = [incident('1', 'a', [150, 'P2'])];
    expect(scoreRun(run([truth('a', 'a-1')], incidents)).truths[0].right).toBe(true);
    expect(scoreRun(run([truth('a', 'a-1')], incidents, { right: 'exact' })).truths[0].right).toBe(false);
  });

  it('counts as false what opens at P0 to P2 before the fault, or at any time when nothing is wrong', () => {
    const early = [incident('1', 'a', [60, 'P2'], [110, 'P3'])];
    expect(scoreRun(run([truth('a')], early)).falseAlarms).toHaveLength(1);
    expect(scoreRun(run([truth('a')], early)).quietHours).toBeCloseTo(120 / 3600);
    const calm = scoreRun(
      run([], [incident('1', 'a', [60, 'P2'], [500, 'P1'], [550, 'P3'])], { expect: 'quiet' }),
    );
    expect(calm.falseAlarms).toHaveLength(2);
    expect(calm.quietHours).toBeCloseTo(600 / 3600);
  });

  it('becomes rows, totals and plain sentences', () => {
    const fire = {
      scenario,
      runs: [{ ...scoreRun(run([truth('a')], [incident('1', 'b', [150, 'P2'])])), seed: 7 }],
    };
    const quiet: Scenario = { ...scenario, name: 'calm', expect: 'quiet' };
    const calm = {
      scenario: quiet,
      runs: [{ ...scoreRun(run([], [incident('1', 'a', [60, 'P2'])], quiet)), seed: 7 }],
    };
    expect(fireRows([fire, calm])).toEqual([['slow', '1/1', '0/1', '30 s / 30 s', '1.00', '0']]);
    expect(quietRows([fire, calm])).toEqual([['calm', '1', '0.2', '600.0']]);
    expect(totalsOf([fire, calm])).toMatchObject({ faults: 1, found: 1, right: 0, falseAlarms: 1 });
    expect(shortcomings([fire, calm])).toEqual([
      'slow, seed 7: service a (code), but service b (code) was named',
      'calm, seed 7: false alarm, service a (code)',
    ]);
  });
});
