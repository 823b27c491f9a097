import type { Suspect } from '../../src/domain/suspect.ts';
import type { FaultTruth } from '../../src/simulator/index.ts';
import { percentile } from '../scoring/index.ts';
import type { ScenarioScores } from './run.ts';
import type { TruthScore } from './score.ts';

export const FIRE_COLUMNS = [
  'must fire',
  'found',
  'first right',
  'detected after p50 / p90',
  'incidents a fault',
  'false alarms before it',
] as const;
export const QUIET_COLUMNS = ['must stay quiet', 'false alarms', 'hours', 'in 100 hours'] as const;

/** The bars of the issue: shares of the faults, and false openings in a hundred quiet hours. */
export const BARS = { found: 0.97, right: 0.95, incidentsAFault: 1.2, falseIn100Hours: 1 } as const;

export interface Totals {
  readonly faults: number;
  readonly found: number;
  readonly right: number;
  readonly incidentsAFault: number;
  readonly afterSeconds: { readonly p50: number; readonly p90: number };
  /** In the scenarios that must stay quiet. */
  readonly falseAlarms: number;
  readonly quietHours: number;
  /** Before the faults of those that must fire. */
  readonly early: { readonly falseAlarms: number; readonly hours: number };
}

export function totalsOf(scores: readonly ScenarioScores[]): Totals {
  const of = (expect: string): ScenarioScores['runs'] =>
    scores.filter(({ scenario }) => scenario.expect === expect).flatMap(({ runs }) => runs);
  const [fire, quiet] = [of('fire'), of('quiet')];
  const truths = fire.flatMap((run) => run.truths);
  return {
    ...counted(truths),
    incidentsAFault: sum(fire.map(({ incidents }) => incidents)) / truths.filter(isFound).length,
    falseAlarms: sum(quiet.map(({ falseAlarms }) => falseAlarms.length)),
    quietHours: sum(quiet.map(({ quietHours }) => quietHours)),
    early: {
      falseAlarms: sum(fire.map(({ falseAlarms }) => falseAlarms.length)),
      hours: sum(fire.map(({ quietHours }) => quietHours)),
    },
  };
}

function counted(truths: readonly TruthScore[]): Pick<Totals, 'faults' | 'found' | 'right' | 'afterSeconds'> {
  const delays = truths.flatMap(({ detectedAfterSeconds: after }) => (after === undefined ? [] : [after]));
  return {
    faults: truths.length,
    found: truths.filter(isFound).length,
    right: truths.filter(({ right }) => right).length,
    afterSeconds: { p50: percentile(delays, 0.5), p90: percentile(delays, 0.9) },
  };
}

/** Cells of the rows that must fire, then the head and rows of those that must stay quiet. */
export function fireRows(scores: readonly ScenarioScores[]): string[][] {
  return scores
    .filter(({ scenario }) => scenario.expect === 'fire')
    .map(({ scenario, runs }) => {
      const { faults, found, right, afterSeconds } = counted(runs.flatMap((run) => run.truths));
      return [
        scenario.name,
        `${found}/${faults}`,
        `${right}/${faults}`,
        `${seconds(afterSeconds.p50)} / ${seconds(afterSeconds.p90)}`,
        found === 0 ? '-' : (sum(runs.map(({ incidents }) => incidents)) / found).toFixed(2),
        String(sum(runs.map(({ falseAlarms }) => falseAlarms.length))),
      ];
    });
}

export function quietRows(scores: readonly ScenarioScores[]): string[][] {
  return scores
    .filter(({ scenario }) => scenario.expect === 'quiet')
    .map(({ scenario, runs }) => {
      const alarms = sum(runs.map(({ falseAlarms }) => falseAlarms.length));
      const hours = sum(runs.map(({ quietHours }) => quietHours));
      return [scenario.name, String(alarms), hours.toFixed(1), ((100 * alarms) / hours).toFixed(1)];
    });
}

/** What was missed, misnamed or invented, a line each. */
export function shortcomings(scores: readonly ScenarioScores[]): string[] {
  return scores.flatMap(({ scenario, runs }) =>
    runs.flatMap(({ seed, truths, falseAlarms }) => [
      ...truths
        .filter(({ right }) => !right)
        .map(({ truth, suspect }) =>
          suspect === undefined
            ? `${scenario.name}, seed ${seed}: ${truthText(truth)} not found`
            : `${scenario.name}, seed ${seed}: ${truthText(truth)}, but ${suspectText(suspect)} was named`,
        ),
      ...falseAlarms.map((suspect) => `${scenario.name}, seed ${seed}: false alarm, ${suspectText(suspect)}`),
    ]),
  );
}

export function truthText(truth: FaultTruth): string {
  return `${truth.kind} ${truth.node ?? truth.instance ?? truth.version ?? truth.peer ?? truth.service} (${truth.cause})`;
}

export function suspectText(suspect: Suspect): string {
  const { kind, service, peer, instance, version, node } = suspect;
  return `${kind} ${node ?? instance ?? version ?? peer ?? service} (${suspect.cause})`;
}

function isFound({ suspect }: TruthScore): boolean {
  return suspect !== undefined;
}

function seconds(value: number): string {
  return Number.isNaN(value) ? '-' : `${value.toFixed(0)} s`;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
