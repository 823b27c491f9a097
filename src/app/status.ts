import type { BlindSpot } from '../domain/blind.ts';
import { VERSION } from '../version.ts';
import type { LoadedModel } from './model.ts';
import type { TraceStage } from './trace-stage.ts';
import type { VerdictStage } from './verdict-stage.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface StatusParts {
  readonly vocabulary: Vocabulary;
  readonly model: LoadedModel;
  readonly traces: TraceStage;
  readonly verdicts: VerdictStage;
  readonly load: { readonly status: object };
  readonly intake: { blind(): readonly BlindSpot[] };
}

/** The process as people ask about it: JSON, without secrets. */
export function statusOf({ vocabulary, model, traces, verdicts, load, intake }: StatusParts): object {
  const { watermark, counts, openTraces, openSpans } = traces.assembler;
  return {
    version: VERSION,
    model: { name: model.name, trainedOn: model.trainedOn },
    eventTime: watermark.us === 0 ? null : new Date(watermark.us / 1000).toISOString(),
    spans: counts.spansIn,
    traces: traces.traces,
    openTraces,
    openSpans,
    services: vocabulary.names.serviceCount,
    components: vocabulary.table.size,
    learnedComponents: verdicts.learnedComponents,
    calibrating: verdicts.calibrating,
    openIncidents: verdicts.openIncidents,
    load: load.status,
    blind: intake
      .blind()
      .map(({ kind, name, sinceMs }) => ({ kind, name, since: new Date(sinceMs).toISOString() })),
  };
}
