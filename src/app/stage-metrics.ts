import { Counter, Gauge } from 'prom-client';
import { expectedFalse } from '../detect/index.ts';
import { WINDOW_MS } from '../domain/summary.ts';
import { CLOSE_REASONS } from '../domain/trace.ts';
import type { Clock, Metrics } from '../runtime/index.ts';
import type { TraceStage } from './trace-stage.ts';
import type { VerdictStage } from './verdict-stage.ts';
import type { Vocabulary } from './vocabulary.ts';

interface Observed {
  readonly vocabulary: Vocabulary;
  readonly traces: TraceStage;
  readonly verdicts: VerdictStage;
  readonly clock: Clock;
  /** The budget of false alerts. */
  readonly perWeek: () => number;
}

/** The stages' own counts as metrics, read when somebody scrapes: nothing on the hot path. */
export function exposeStages(metrics: Metrics, observed: Observed): void {
  const { vocabulary, traces, verdicts, clock } = observed;
  const { counts, watermark } = traces.assembler;
  const total = totals(metrics);
  total('spanwatch_assembled_spans_total', 'Spans taken into traces.', () => counts.spansIn);
  total('spanwatch_traces_total', 'Traces measured.', () => traces.traces);
  total(
    'spanwatch_cut_traces_total',
    'Traces left out because they reach into a time when nobody listened.',
    () => traces.downtime.cut,
  );
  total('spanwatch_late_spans_total', 'Spans of traces that were closed already.', () => counts.late);
  total(
    'spanwatch_late_traces_total',
    'Traces measured after their window was sealed.',
    () => traces.summariser.late,
  );
  exposeMeasuring(total, traces);
  total('spanwatch_duplicate_spans_total', 'Spans seen twice, counted once.', () => counts.duplicates);
  total(
    'spanwatch_dropped_spans_total',
    'Spans beyond a limit of their trace or of memory.',
    () => counts.dropped,
  );
  total(
    'spanwatch_future_spans_total',
    'Span ends too far ahead of event time, or of the clock, to be believed.',
    () => watermark.ahead,
  );
  total('spanwatch_overflowed_names_total', 'Names filed under (other).', () => {
    const { service, operation, slot } = vocabulary.names.overflowed;
    return service + operation + slot;
  });
  boundTotals(total, traces, verdicts);
  total('spanwatch_judged_windows_total', 'Windows judged.', () => verdicts.windows);
  total('spanwatch_openings_total', 'Incidents opened or reopened at P0 to P2.', () => verdicts.openings);
  for (const reason of CLOSE_REASONS) {
    const name = `spanwatch_closed_traces_${reason.replace('-', '_')}_total`;
    total(name, `Traces closed: ${reason}.`, () => counts.closed[reason]);
  }
  const gauge = gauges(metrics);
  gauge('spanwatch_open_traces', 'Traces being assembled.', () => traces.assembler.openTraces);
  gauge('spanwatch_open_spans', 'Spans held by them.', () => traces.assembler.openSpans);
  gauge('spanwatch_components', 'Components known.', () => vocabulary.table.size);
  gauge('spanwatch_learned_components', 'Components with a baseline.', () => verdicts.learnedComponents);
  gauge('spanwatch_open_incidents', 'Incidents not resolved.', () => verdicts.openIncidents);
  gauge('spanwatch_budget_openings', 'Openings that the budget allows for the windows judged.', () =>
    expectedFalse(observed.perWeek(), verdicts.windows * WINDOW_MS),
  );
  gauge('spanwatch_opening_cut', 'Score at which an incident opens, by the budget.', () => verdicts.cut());
  gauge('spanwatch_event_time_lag_seconds', 'How far event time is behind the clock.', () =>
    watermark.us === 0 ? 0 : clock.now() / 1000 - watermark.us / 1e6,
  );
}

/** What is beyond a bound. */
function boundTotals(total: Register, traces: TraceStage, verdicts: VerdictStage): void {
  total(
    'spanwatch_overflowed_rule_series_total',
    'Operations that static rules have no memory for.',
    () => verdicts.rules.engine.overflowed,
  );
  total(
    'spanwatch_refused_cells_total',
    'Components of pods that did not fit into their window: not compared with their siblings.',
    () => traces.summariser.refusedCells,
  );
  total(
    'spanwatch_gone_places_total',
    'Instances, versions and hosts not heard of for an hour: their room is given to others.',
    () => verdicts.places.released,
  );
}

type Register = (name: string, help: string, read: () => number) => void;

/** What is odd about the spans themselves. */
function exposeMeasuring(total: ReturnType<typeof totals>, { measurer: { losses, skew } }: TraceStage): void {
  total(
    'spanwatch_broken_traces_total',
    'Traces that lack spans which were lost on their way.',
    () => losses.brokenTraces,
  );
  total(
    'spanwatch_lossy_windows_total',
    'Windows that say nothing because spans were lost in all services.',
    () => losses.lossyWindows,
  );
  total('spanwatch_clock_shifts_total', "Steps of hosts' clocks followed.", () => skew.shifts.shifts);
}

function totals({ registry }: Metrics): Register {
  return (name, help, read) => {
    let last = 0;
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        const now = read();
        this.inc(now - last);
        last = now;
      },
    });
  };
}

/** Registers gauges that are read when somebody scrapes. */
export function gauges({ registry }: Metrics): Register {
  return (name, help, read) => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
}
