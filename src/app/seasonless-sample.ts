import { type Baseline, momentOf, seasonAt } from '../baseline/index.ts';
import { WINDOW_MS } from '../domain/summary.ts';
import type { TraceSample } from '../forest/index.ts';

/** Traces of noon and of night, as if all were at the same time: what a forest is fitted on are residuals. */
export function takeSeasonsOff(sample: TraceSample, baselines: readonly (Baseline | undefined)[]): void {
  if (!baselines.some((baseline) => baseline?.season !== undefined)) return;
  for (const { traces } of sample.entries.values())
    for (const { measurements, endMs } of traces) {
      const moment = momentOf(Math.floor(endMs / WINDOW_MS));
      for (let m = 0; m < measurements.length; m++) {
        const season = baselines[measurements.component[m]]?.season;
        if (season !== undefined) measurements.value[m] -= seasonAt(season, moment);
      }
    }
}
