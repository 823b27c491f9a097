import { Counter, Gauge } from 'prom-client';
import type { Metrics } from '../runtime/index.ts';
import type { LoadStatus } from './load-status.ts';

/** The load as metrics, read when somebody scrapes. */
export function createLoadMetrics({ registry }: Metrics, read: () => LoadStatus): void {
  const registers = [registry];
  const gauge = (name: string, help: string, value: (status: LoadStatus) => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value(read()));
      },
    });
  };
  gauge(
    'spanwatch_load_stage',
    '0 all is taken, 1 whole traces are shed, 2 senders are refused.',
    ({ stage }) => ['normal', 'shed', 'refuse'].indexOf(stage),
  );
  gauge('spanwatch_kept_traces_ratio', 'Share of the traces that are taken.', ({ keptShare }) => keptShare);
  gauge(
    'spanwatch_memory_bound_ratio',
    'Memory in use as a share of its bound; 1 refuses.',
    ({ memory }) => memory.usedShare,
  );
  gauge(
    'spanwatch_event_loop_mean_lag_seconds',
    'Mean delay of the event loop over the last second, as overload counts it.',
    ({ eventLoopLag }) => eventLoopLag.ms / 1000,
  );
  gauge(
    'spanwatch_in_flight_bytes',
    'Request bodies held now, inflated ones included.',
    ({ inFlight }) => inFlight.bytes,
  );
  let last = 0;
  new Counter({
    name: 'spanwatch_shed_spans_total',
    help: 'Spans of whole traces that were left out under overload.',
    registers,
    collect() {
      const now = read().shedSpans;
      this.inc(now - last);
      last = now;
    },
  });
}
