import type { Config } from '../config/index.ts';
import type { History } from '../history/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { ComponentMetrics, exposeDeploys, exposeParts } from '../telemetry/index.ts';
import type { Flow } from './flow.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Sealed windows go to the history and to `/metrics`. */
export function exposeComponents(
  { metrics: limits }: Pick<Config, 'metrics'>,
  { vocabulary, flow, history }: { vocabulary: Vocabulary; flow: Flow; history: History },
  runtime: Runtime,
): void {
  const { keeper } = flow.verdicts;
  const parts = {
    table: vocabulary.table,
    history,
    judgement: () => flow.verdicts.judgement,
    openIncidents: () => keeper.incidents.filter(({ state }) => state !== 'resolved'),
  };
  const metrics = new ComponentMetrics(runtime.metrics.registry, parts, limits);
  exposeDeploys(runtime.metrics.registry, () => flow.verdicts.versions.all);
  exposeParts(
    runtime.metrics.registry,
    { table: vocabulary.table, judgement: () => flow.verdicts.places.judgement },
    limits,
  );
  flow.onSealed = (batch) => {
    history.observe(batch);
    metrics.observe(batch);
  };
}
