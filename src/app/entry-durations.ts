import { wordsToHex } from '../domain/ids.ts';
import type { Trace } from '../domain/trace.ts';
import { rootOf } from '../measure/index.ts';
import type { Metrics } from '../runtime/index.ts';
import { StatusCounts, TraceDurations } from '../telemetry/index.ts';

/** Counts measured traces by how long their first root took (fragments, which have none, are left out), and what their servers refused. */
export function entryDurations({ registry }: Metrics): (trace: Trace) => void {
  const durations = new TraceDurations(registry);
  const statuses = new StatusCounts(registry);
  return (trace) => {
    statuses.observe(trace);
    const root = rootOf(trace);
    if (root < 0) return;
    const { name } = trace.names.serviceIdentity(trace.service[root]);
    const seconds = (trace.endUs[root] - trace.startUs[root]) / 1e6;
    durations.observe(name, seconds, trace.endUs[root] / 1e6, () => wordsToHex(trace.traceId, 0, 4));
  };
}
