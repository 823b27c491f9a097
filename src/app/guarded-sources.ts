import { type Config, revealTls, revealToken, type SourceConfig } from '../config/index.ts';
import type { Arrival, Source, SpanSink } from '../domain/arrival.ts';
import { createFormats, type Formats, MAX_LIVE_JSON_VALUES, sniffRecord } from '../formats/index.ts';
import { LoadWatch } from '../overload/index.ts';
import { createPressureGauge, type Runtime } from '../runtime/index.ts';
import { createJaegerThriftSource } from '../sources/jaeger-thrift/index.ts';
import {
  createKafkajsConsumer,
  createKafkaSource,
  type KafkaNext,
  patientStart,
} from '../sources/kafka/index.ts';
import { createOtlpGrpcSource } from '../sources/otlp-grpc/index.ts';
import { createOtlpHttpSource } from '../sources/otlp-http/index.ts';
import { createZipkinSource } from '../sources/zipkin/index.ts';
import type { Flow } from './flow.ts';
import { kafkaConfig } from './kafka-config.ts';
import { pullSource } from './pull-sources.ts';
import type { Vocabulary } from './vocabulary.ts';

interface Behind {
  readonly clock: 'wall' | 'event';
  readonly vocabulary: Vocabulary;
  readonly flow: Flow;
  readonly load: LoadWatch;
  /** Told before each arrival is shed or taken. */
  readonly arriving: (arrival: Arrival) => void;
  /** Told after each arrival of spans that was taken. */
  readonly arrived: () => void;
}

/** The watch over this process's load: it sheds under the wall clock only. */
export function watchLoad(config: Config, clock: 'wall' | 'event', runtime: Runtime): LoadWatch {
  return new LoadWatch({ ...config.overload, mayShed: clock === 'wall' }, createPressureGauge(), runtime);
}

/** A source, and where it listens if it does. */
export type RunningSource = Source & { readonly port?: number };

/** The configured sources, each behind the watch that sheds and refuses when it is too much. */
export function guardedSources(config: Config, behind: Behind, runtime: Runtime): readonly RunningSource[] {
  const { clock, vocabulary, flow, load } = behind;
  const formats = createFormats(vocabulary.names, { maxJsonValues: MAX_LIVE_JSON_VALUES });
  const sink = doorOf(behind);
  return config.sources.map((source) => {
    switch (source.type) {
      case 'otlp-http':
        return createOtlpHttpSource(revealToken(source), formats, { sink, admission: load }, runtime);
      case 'otlp-grpc': {
        const { tls: _tls, ...plain } = source;
        const revealed = { ...revealToken(plain), ...revealTls(source) };
        return createOtlpGrpcSource(revealed, formats, { sink, admission: load }, runtime);
      }
      case 'zipkin':
        return createZipkinSource(revealToken(source), formats, { sink, admission: load }, runtime);
      case 'jaeger-thrift':
        return createJaegerThriftSource(revealToken(source), formats, { sink, admission: load }, runtime);
      case 'kafka':
        return kafkaSource(source, { config, clock, flow, formats, sink }, runtime);
      case 'jaeger-query':
      case 'elasticsearch':
        return pullSource(source, { clock, flow, formats, sink }, runtime);
    }
  });
}

function doorOf({ flow, load, arriving, arrived }: Behind): SpanSink {
  const taken: SpanSink = {
    accept: (arrival) => {
      const outcome = flow.accept(arrival);
      // A cursor without spans is no sign of event time: a store was asked, and there was nothing.
      if (arrival.batch.length > 0) arrived();
      return outcome;
    },
  };
  const guarded = load.before(taken, (words, at) => flow.traces.assembler.isOpen(words, at));
  return {
    accept: (arrival) => {
      // Before anything is shed: what is left out was heard of all the same.
      arriving(arrival);
      return guarded.accept(arrival);
    },
  };
}

function kafkaSource(
  source: Extract<SourceConfig, { type: 'kafka' }>,
  {
    config,
    clock,
    flow,
    formats,
    sink,
  }: { config: Config; clock: 'wall' | 'event'; flow: Flow; formats: Formats; sink: SpanSink },
  runtime: Runtime,
): Source {
  const kafka = kafkaConfig(source, config);
  const next: KafkaNext = {
    sink,
    cursor: () => flow.cursors().get(source.name),
    sealedThroughUs: () => flow.traces.summariser.sealedThroughMs * 1000,
    sniffRecord,
  };
  const consumer = createKafkajsConsumer(kafka, runtime.logger);
  const reading = createKafkaSource(kafka, formats, { next, consumer }, runtime);
  // Event time stands still until spans come: nobody would try again.
  return clock === 'event' ? reading : patientStart(reading, runtime);
}
