import type { Metrics } from '../../runtime/index.ts';

export interface KafkaMetrics {
  record(): void;
  spans(taken: number, rejected: number): void;
  poisoned(): void;
  lostLetter(): void;
  lostRecords(count: number): void;
  lag(records: number): void;
}

export function createKafkaMetrics(source: string, metrics: Metrics): KafkaMetrics {
  const labels = ['source'] as const;
  const records = metrics.counter('spanwatch_kafka_records_total', 'Records taken from Kafka.', labels);
  const dead = metrics.counter(
    'spanwatch_kafka_dead_letters_total',
    'Records that were no spans, put aside with the reason.',
    labels,
  );
  const lostLetters = metrics.counter(
    'spanwatch_kafka_lost_dead_letters_total',
    'Dead letters that could not be kept.',
    labels,
  );
  const lost = metrics.counter(
    'spanwatch_kafka_lost_records_total',
    'Records that retention deleted before they were read.',
    labels,
  );
  const received = metrics.counter('spanwatch_received_spans_total', 'Spans taken from sources.', labels);
  const rejected = metrics.counter(
    'spanwatch_rejected_spans_total',
    'Spans that were readable but unusable (no id, impossible times).',
    ['source', 'reason'],
  );
  const lag = metrics.gauge(
    'spanwatch_kafka_lag_records',
    'Records that are in Kafka and not read yet.',
    labels,
  );
  return {
    record: () => records.inc({ source }),
    spans: (taken, refused) => {
      if (taken > 0) received.inc({ source }, taken);
      if (refused > 0) rejected.inc({ source, reason: 'unusable' }, refused);
    },
    poisoned: () => dead.inc({ source }),
    lostLetter: () => lostLetters.inc({ source }),
    lag: (count) => lag.set({ source }, count),
    lostRecords: (count) => lost.inc({ source }, count),
  };
}
