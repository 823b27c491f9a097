import type { Machine } from '../machine.ts';
import { markdown, writePart } from '../scenarios/write-docs.ts';
import { BUDGETS, type Calibration, LEARN_HOURS, TRACES_PER_SECOND } from './calibrate.ts';
import type { CalibrationRun } from './calibration-run.ts';
import type { Power } from './power.ts';

/** Observed / budget must lie between these for the larger budgets; the smallest may open twice a week. */
const LEAST_RATIO = 1 / 3;
const MOST_RATIO = 3 / 2;
const MOST_A_WEEK_OF_ONE = 2;

/** A line a budget: openings a week at P0 to P2 over all systems against the bar, and those of any severity beside them. */
export function calibrationText(calibrations: readonly Calibration[]): string[] {
  const weeks = calibrations.reduce((sum, one) => sum + one.weeks, 0);
  if (weeks === 0) return [];
  return BUDGETS.map((budget, b) => {
    const aWeek = (openings: (one: Calibration) => number): number =>
      calibrations.reduce((sum, one) => sum + openings(one), 0) / weeks;
    const observed = aWeek(({ counted }) => counted[b]);
    const all = aWeek(({ counted, harmless }) => counted[b] + harmless[b]);
    const ratio = observed / budget;
    const met = budget === 1 ? observed <= MOST_A_WEEK_OF_ONE : ratio >= LEAST_RATIO && ratio <= MOST_RATIO;
    const bar = budget === 1 ? `at most ${MOST_A_WEEK_OF_ONE} a week` : '1/3 to 3/2';
    return `budget ${budget} a week: ${observed.toFixed(2)} observed, observed / budget ${ratio.toFixed(2)} (bar ${bar}: ${met ? 'met' : 'NOT met'}); of any severity ${all.toFixed(2)}`;
  });
}

export function powerText(powers: readonly Power[]): string[] {
  return powers.map(
    ({ what, runs, found, p50Seconds, p90Seconds, barSeconds }) =>
      `${what}, at 10 requests a second: found ${found}/${runs}, time to detect p50 ${p50Seconds.toFixed(0)} s, p90 ${p90Seconds.toFixed(0)} s (bar p90 ${barSeconds} s: ${p90Seconds <= barSeconds ? 'met' : 'NOT met'})`,
  );
}

/** The calibration's part of docs/scenario-results.md. */
export function writeCalibrationResults(
  { weeks, sizes, calibrations, powers, seconds }: CalibrationRun,
  machine: Machine,
): void {
  const list = (items: readonly string[]): string =>
    items.map((item) => `- ${item}`).join('\n') || 'Nothing yet.';
  const rows = calibrations.map((one) => [
    String(one.services),
    String(one.components),
    String(Math.round(one.weeks * 100) / 100),
    ...one.counted.map((count, b) => `${count} (${one.harmless[b]})`),
  ]);
  const facts = [
    `command: \`npm run bench:calibration -- --weeks ${weeks} --sizes ${sizes.join(',')} --write-docs\`; ${seconds.toFixed(0)} s`,
    ...machine.lines,
  ];
  writePart(
    'calibration',
    `## Calibration and power

${list(facts)}

Quiet weeks: openings at P0 to P2, which the budget counts (and at P3, which go to the digest).

${markdown(['services', 'components', 'weeks', ...BUDGETS.map((budget) => `budget ${budget} a week`)], rows)}

${list([...calibrationText(calibrations), ...powerText(powers)])}

### How it is measured

- Windows come from the summary-level twin of the simulator (\`bench/twin\`), which a test holds equal in distribution to the span-level one: ${TRACES_PER_SECOND} traces a second,
  daily and weekly rhythm, autocorrelated load and speeds, heavy tails; no forests, clocks that do not drift.
- The model is learned from the first ${LEARN_HOURS} hours; the weeks after are judged and learned on line, as a live process does.
- **Power**: systems of five services, one operation of which is asked for ten times a second; a run that finds nothing counts as never.`,
  );
}
