import type { Metrics } from '../../runtime/index.ts';

export interface PullMetrics {
  slice(outcome: 'ok' | 'too-much' | 'failed'): void;
  cut(): void;
  spans(taken: number, rejected: number, repeated: number): void;
  lagMs(ms: number): void;
}

export function createPullMetrics(source: string, metrics: Metrics): PullMetrics {
  const labels = ['source'] as const;
  const slices = metrics.counter(
    'spanwatch_pull_slices_total',
    'Stretches of time that were asked of a store, by outcome.',
    ['source', 'outcome'],
  );
  const cut = metrics.counter(
    'spanwatch_pull_cut_slices_total',
    'Smallest stretches of time that held more than the store gives: traces are missing.',
    labels,
  );
  const repeated = metrics.counter(
    'spanwatch_pull_repeated_spans_total',
    'Spans that were read again because polls overlap, and left out.',
    labels,
  );
  const lag = metrics.gauge(
    'spanwatch_pull_lag_seconds',
    'How far what was read of a store lies behind the clock.',
    labels,
  );
  const received = metrics.counter('spanwatch_received_spans_total', 'Spans taken from sources.', labels);
  const rejected = metrics.counter(
    'spanwatch_rejected_spans_total',
    'Spans that were readable but unusable (no id, impossible times).',
    ['source', 'reason'],
  );
  return {
    slice: (outcome) => slices.inc({ source, outcome }),
    cut: () => cut.inc({ source }),
    spans: (taken, unusable, again) => {
      received.inc({ source }, taken);
      repeated.inc({ source }, again);
      if (unusable > 0) rejected.inc({ source, reason: 'unusable' }, unusable);
    },
    lagMs: (ms) => lag.set({ source }, ms / 1000),
  };
}
