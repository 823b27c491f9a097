import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { describeMachine } from '../machine.ts';
import { BUDGETS, type Calibration, SIZES, WEEKS } from './calibrate.ts';
import type { CalibrationRun } from './calibration-run.ts';
import { type Power, power } from './power.ts';
import { runSystems } from './run-systems.ts';
import { calibrationText, powerText, writeCalibrationResults } from './write-docs.ts';

const DEFAULT_POWER_SEEDS = 20;
const USAGE = `usage: npm run bench:calibration -- [--weeks N] [--sizes N,N...] [--power-seeds N] [--jobs N] [--write-docs]

Judges quiet weeks of grown systems, window by window without spans, at budgets of ${BUDGETS.join(', ')} false alerts a week, each by a
model of the day before; then how fast small changes of one operation are found. Four weeks of
five systems take more than an hour on two cores; what there is after each week is written.

  --weeks N        of each system (default ${WEEKS})
  --sizes N,N...   services of the systems (default ${SIZES.join(',')})
  --power-seeds N  systems in which a small change is looked for (default ${DEFAULT_POWER_SEEDS}; 0: none)
  --jobs N         processes (default 2)
  --write-docs     writes docs/scenario-results.md, after each week
`;

function readOptions(
  args: readonly string[],
): { weeks: number; sizes: number[]; powerSeeds: number; jobs: number; writeDocs: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        weeks: { type: 'string', default: String(WEEKS) },
        sizes: { type: 'string', default: SIZES.join(',') },
        'power-seeds': { type: 'string', default: String(DEFAULT_POWER_SEEDS) },
        jobs: { type: 'string', default: '2' },
        'write-docs': { type: 'boolean', default: false },
      },
    });
    const weeks = Number(values.weeks);
    const sizes = values.sizes
      .split(',')
      .filter((text) => text !== '')
      .map(Number);
    const powerSeeds = Number(values['power-seeds']);
    const jobs = Number(values.jobs);
    const valid =
      weeks > 0 &&
      sizes.every(Number.isInteger) &&
      Number.isInteger(powerSeeds) &&
      powerSeeds >= 0 &&
      Number.isInteger(jobs) &&
      jobs > 0;
    return valid ? { weeks, sizes, powerSeeds, jobs, writeDocs: values['write-docs'] } : undefined;
  } catch {
    return undefined;
  }
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { weeks, sizes, powerSeeds, jobs, writeDocs } = options;
  const machine = await describeMachine();
  const started = performance.now();
  let calibrations: readonly Calibration[] = [];
  const powers: Power[] = [];
  const run = (): CalibrationRun => ({
    weeks,
    sizes,
    calibrations,
    powers,
    seconds: (performance.now() - started) / 1000,
  });
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  if (powerSeeds > 0) powers.push(...(await power(powerSeeds, say)));
  if (writeDocs) writeCalibrationResults(run(), machine);
  const systems = sizes.map((services, i) => ({ seed: i + 1, services, weeks }));
  await runSystems(systems, {
    jobs,
    onWeek: (soFar) => {
      calibrations = soFar;
      const each = soFar.map(
        (one) => `${one.services} services ${one.weeks} weeks ${one.counted.join(', ')}`,
      );
      say(`openings: ${each.join('; ')}`);
      if (writeDocs) writeCalibrationResults(run(), machine);
    },
  });
  process.stdout.write(`${[...powerText(powers), ...calibrationText(calibrations)].join('\n')}\n`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
