import { type Config, revealToken } from '../config/index.ts';
import type { Arrival, SpanSink } from '../domain/arrival.ts';
import { createFormats, MAX_LIVE_JSON_VALUES } from '../formats/index.ts';
import { LoadWatch } from '../overload/index.ts';
import { createPressureGauge, type Runtime } from '../runtime/index.ts';
import { createOtlpHttpSource, type OtlpHttpSource } from '../sources/otlp-http/index.ts';
import type { Flow } from './flow.ts';
import type { Vocabulary } from './vocabulary.ts';

interface Behind {
  readonly vocabulary: Vocabulary;
  readonly flow: Flow;
  readonly load: LoadWatch;
  /** Told before each arrival is shed or taken. */
  readonly arriving: (arrival: Arrival) => void;
  /** Told after each arrival that was taken. */
  readonly arrived: () => void;
}

/** The watch over this process's load: it sheds under the wall clock only. */
export function watchLoad(config: Config, clock: 'wall' | 'event', runtime: Runtime): LoadWatch {
  return new LoadWatch({ ...config.overload, mayShed: clock === 'wall' }, createPressureGauge(), runtime);
}

/** The configured sources, each behind the watch that sheds and refuses when it is too much. */
export function guardedSources(
  config: Config,
  { vocabulary, flow, load, arriving, arrived }: Behind,
  runtime: Runtime,
): readonly OtlpHttpSource[] {
  const formats = createFormats(vocabulary.names, { maxJsonValues: MAX_LIVE_JSON_VALUES });
  const sink: SpanSink = {
    accept: (arrival) => {
      const outcome = flow.accept(arrival);
      arrived();
      return outcome;
    },
  };
  const guarded = load.before(sink, (words, at) => flow.traces.assembler.isOpen(words, at));
  const door: SpanSink = {
    accept: (arrival) => {
      // Before anything is shed: what is left out was heard of all the same.
      arriving(arrival);
      return guarded.accept(arrival);
    },
  };
  return config.sources.map((source) =>
    createOtlpHttpSource(revealToken(source), formats, { sink: door, admission: load }, runtime),
  );
}
