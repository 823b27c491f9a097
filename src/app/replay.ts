import type { Config } from '../config/index.ts';
import type { Freeze } from '../baseline/index.ts';
import { expectedFalse } from '../detect/index.ts';
import type { Incident, IncidentEvent } from '../domain/incident.ts';
import { WINDOW_MS } from '../domain/summary.ts';
import type { Report } from '../domain/report.ts';
import type { FileCounts, FileRecord } from '../sources/file/index.ts';
import { verdictOptions } from './verdict-options.ts';
import { VERSION } from '../version.ts';
import type { LoadedModel } from './model.ts';
import { buildReport, countedOpenings, timestamp } from './report.ts';
import { TraceStage } from './trace-stage.ts';
import { VerdictStage } from './verdict-stage.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface ReplayOptions {
  readonly config: Config;
  /** Name of the configuration in the report. */
  readonly configSource: string;
  readonly excluded: readonly Freeze[];
  readonly counts: FileCounts;
  readonly onRecord?: (arrivalUs: number) => void;
  /** None of the entry operations seen is in the model. */
  readonly onForeign?: () => void;
  readonly onEvent?: (incident: Incident, event: IncidentEvent) => void;
}

/** Files through the stages of `run` on event time, as fast as it goes; what they found as a report. */
export async function replay(
  { vocabulary, model }: { vocabulary: Vocabulary; model: LoadedModel },
  records: AsyncIterable<FileRecord>,
  options: ReplayOptions,
): Promise<Report> {
  const incidents = new Map<string, Incident>();
  const verdictsOptions = { ...verdictOptions(options.config), excluded: options.excluded };
  const verdicts = new VerdictStage(vocabulary, model, verdictsOptions, (incident, event) => {
    incidents.set(incident.id, incident);
    options.onEvent?.(incident, event);
  });
  const traces = new TraceStage(vocabulary, options.config.assemble, {
    skew: model.skew,
    onMeasured: (trace, measurements) => verdicts.onMeasured(trace, measurements),
    onSealed: (batch) => verdicts.onSealed(batch),
  });
  let firstUs = Number.POSITIVE_INFINITY;
  let lastUs = Number.NEGATIVE_INFINITY;
  for await (const { batch, arrivalUs } of records) {
    firstUs = Math.min(firstUs, arrivalUs);
    lastUs = Math.max(lastUs, arrivalUs);
    traces.add(batch);
    options.onRecord?.(arrivalUs);
  }
  traces.flush();
  if (!verdicts.knowsTraffic) options.onForeign?.();
  const found = [...incidents.values()];
  const { falseAlertsPerWeek, seed } = options.config;
  const { counts } = traces.assembler;
  return buildReport(
    {
      tool: { version: VERSION, model: model.name, config: options.configSource, seed },
      // A replayed file cannot fall silent: a gap in it is a gap in the capture.
      blind: [],
      input: {
        spans: counts.spansIn,
        traces: traces.traces,
        from: firstUs === Number.POSITIVE_INFINITY ? null : timestamp(firstUs / 1000),
        to: firstUs === Number.POSITIVE_INFINITY ? null : timestamp(lastUs / 1000),
        late: counts.late + traces.summariser.late,
        duplicates: counts.duplicates,
        rejected: options.counts.rejected,
      },
      budget: {
        perWeek: falseAlertsPerWeek,
        expected: expectedFalse(falseAlertsPerWeek, verdicts.windows * WINDOW_MS),
        observed: countedOpenings(found),
      },
    },
    found,
  );
}
