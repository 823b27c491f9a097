import type { Registry } from 'prom-client';
import type { Names } from '../../src/domain/names.ts';
import { SpanKind } from '../../src/domain/span-batch.ts';
import type { Trace } from '../../src/domain/trace.ts';
import { StatusCounts, TraceDurations } from '../../src/telemetry/index.ts';

/** `Trace.statusClass` of what servers refused: 4xx, 5xx, gRPC. */
const REFUSALS = [4, 5, 6];

/** What is counted trace by trace, at its bounds: each operation refused in each way, each service entered at, with exemplars in all buckets. */
export function countEverything(registry: Registry, names: Names): void {
  const statuses = new StatusCounts(registry);
  const durations = new TraceDurations(registry);
  const { operations } = names.counts();
  const served = { names, spanCount: 1, kind: Uint8Array.of(SpanKind.Server) };
  for (let operation = 1; operation < operations; operation++) {
    const service = names.serviceOf(operation);
    for (const statusClass of REFUSALS) {
      const trace = {
        ...served,
        service: Int32Array.of(service),
        operation: Int32Array.of(operation),
        statusClass: Uint8Array.of(statusClass),
      };
      statuses.observe(trace as unknown as Trace);
    }
    for (let seconds = 0.004; seconds < 20; seconds *= 2)
      durations.observe(names.serviceIdentity(service).name, seconds, operation, () =>
        operation.toString(16).padStart(32, '0'),
      );
  }
}
