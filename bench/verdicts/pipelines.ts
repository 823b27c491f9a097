import { latenessMs, TraceStage, type TraceStageHooks } from '../../src/app/trace-stage.ts';
import { VerdictStage } from '../../src/app/verdict-stage.ts';
import { Assembler, DEFAULT_ASSEMBLE_LIMITS, TraceBuilder } from '../../src/assemble/index.ts';
import { Measurements } from '../../src/domain/measurement.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import type { Trace } from '../../src/domain/trace.ts';
import { createFormats, type Formats } from '../../src/formats/index.ts';
import { DEFAULT_INCIDENT_OPTIONS } from '../../src/incident/index.ts';
import { Measurer } from '../../src/measure/index.ts';
import type { ShopModel } from './shop-model.ts';

/** In the order of the way of the data; a pipeline up to one of them leaves the later ones out. */
export const STAGES = ['decode', 'assemble', 'measure', 'score', 'summarise', 'judge'] as const;
export type Stage = (typeof STAGES)[number];

/** What went through, so that a pipeline that does nothing cannot win. */
export interface Passed {
  spans: number;
  traces: number;
  measurements: number;
  windows: number;
  incidents: number;
  openTracesAtMost: number;
}

/**
 * Payloads to verdicts by the parts that the service itself is made of. `run(stage)` takes all payloads up to that
 * stage and flushes; the stages are made anew for each run, names and the decoder's caches stay, as in a process that
 * has been up for a while.
 */
export class Pipelines {
  readonly #shop: ShopModel;
  readonly #formats: Formats;
  readonly #payloads: readonly Uint8Array[];

  constructor(shop: ShopModel, payloads: readonly Uint8Array[]) {
    this.#shop = shop;
    this.#formats = createFormats(shop.vocabulary.names);
    this.#payloads = payloads;
  }

  run(stage: Stage): Passed {
    const passed = { spans: 0, traces: 0, measurements: 0, windows: 0, incidents: 0, openTracesAtMost: 0 };
    const rest = this.#after(stage, passed);
    const batch = new SpanBatch(this.#shop.vocabulary.names);
    const format = this.#formats.byName['otlp-proto'];
    for (const bytes of this.#payloads) {
      batch.clear();
      const outcome = format.decode(bytes, batch);
      if (outcome.fatal || outcome.rejected > 0) throw new Error(`decode: ${JSON.stringify(outcome)}`);
      passed.spans += batch.length;
      rest.add(batch);
      if (rest.openTraces() > passed.openTracesAtMost) passed.openTracesAtMost = rest.openTraces();
    }
    rest.flush();
    return passed;
  }

  #after(stage: Stage, passed: Passed): Rest {
    switch (stage) {
      case 'decode':
        return { add: () => {}, flush: () => {}, openTraces: () => 0 };
      case 'assemble':
        return this.#upToTraces(() => passed.traces++);
      case 'measure':
        return this.#upToMeasurements(passed, () => {});
      case 'score': {
        const verdict = this.#verdict(passed);
        return this.#upToMeasurements(passed, (trace, measurements) =>
          verdict.onMeasured(trace, measurements),
        );
      }
      case 'summarise': {
        const verdict = this.#verdict(passed);
        return this.#whole(passed, {
          onMeasured: (trace, measurements) => verdict.onMeasured(trace, measurements),
          onSealed: () => passed.windows++,
        });
      }
      case 'judge': {
        const verdict = this.#verdict(passed);
        return this.#whole(passed, {
          onMeasured: (trace, measurements) => verdict.onMeasured(trace, measurements),
          onSealed: (sealed) => {
            passed.windows++;
            verdict.onSealed(sealed);
          },
        });
      }
    }
  }

  #upToTraces(onTrace: (trace: Trace) => void): Rest {
    const assembler = new Assembler(
      DEFAULT_ASSEMBLE_LIMITS,
      new TraceBuilder(this.#shop.vocabulary.names),
      onTrace,
    );
    return {
      add: (batch) => assembler.add(batch),
      flush: () => assembler.flush(),
      openTraces: () => assembler.openTraces,
    };
  }

  #upToMeasurements(passed: Passed, onMeasured: TraceStageHooks['onMeasured']): Rest {
    const measurer = new Measurer(this.#shop.vocabulary.table);
    measurer.skew.adopt(this.#shop.model.skew);
    const measurements = new Measurements();
    return this.#upToTraces((trace) => {
      passed.traces++;
      measurer.measure(trace, measurements);
      passed.measurements += measurements.length;
      onMeasured(trace, measurements);
    });
  }

  #whole(passed: Passed, hooks: TraceStageHooks): Rest {
    const { vocabulary, model } = this.#shop;
    const stage = new TraceStage(vocabulary, DEFAULT_ASSEMBLE_LIMITS, { ...hooks, skew: model.skew });
    return {
      add: (batch) => stage.add(batch),
      flush: () => {
        stage.flush();
        passed.traces = stage.traces;
      },
      openTraces: () => stage.assembler.openTraces,
    };
  }

  #verdict(passed: Passed): VerdictStage {
    const options = {
      falseAlertsPerWeek: 1,
      incident: DEFAULT_INCIDENT_OPTIONS,
      latenessMs: latenessMs(DEFAULT_ASSEMBLE_LIMITS),
      excluded: [],
    };
    return new VerdictStage(this.#shop.vocabulary, this.#shop.model, options, (_incident, event) => {
      if (event.type === 'opened') passed.incidents++;
    });
  }
}

/** What comes behind the decoder. */
interface Rest {
  readonly add: (batch: SpanBatch) => void;
  readonly flush: () => void;
  readonly openTraces: () => number;
}
