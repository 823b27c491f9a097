import { Assembler, DEFAULT_ASSEMBLE_LIMITS, TraceBuilder } from '../assemble/index.ts';
import { type Baseline, baselinesAt } from '../baseline/index.ts';
import { unitOf } from '../domain/component.ts';
import { parseComponent } from '../domain/component-grammar.ts';
import { hexToWords } from '../domain/ids.ts';
import { Measurements } from '../domain/measurement.ts';
import { SpanBatch, SpanFlag, SpanKind } from '../domain/span-batch.ts';
import { usOf } from '../domain/summary.ts';
import type { Trace } from '../domain/trace.ts';
import { TraceScorer } from '../forest/index.ts';
import { Measurer, rootOf } from '../measure/index.ts';
import type { JudgedPart, JudgedTrace, TraceJudge } from '../sink/port.ts';
import type { KeptTrace } from '../traces/port.ts';
import type { Flow } from './flow.ts';
import type { Vocabulary } from './vocabulary.ts';

const KINDS = {
  unspecified: SpanKind.Unspecified,
  internal: SpanKind.Internal,
  server: SpanKind.Server,
  client: SpanKind.Client,
  producer: SpanKind.Producer,
  consumer: SpanKind.Consumer,
} as const;

interface Where {
  readonly environment: string;
  readonly namespace: string;
}

/**
 * Kept traces through the very code that measures live ones, by what is learned now. A kept span says the name of its
 * service alone; the environment is that of the suspect, where a service of that name is known there. Skew of clocks is
 * taken out as the service knows it.
 */
export class KeptTraceJudge implements TraceJudge {
  readonly #vocabulary: Vocabulary;
  readonly #flow: Flow;
  readonly #measurer: Measurer;
  readonly #measurements = new Measurements();

  constructor(vocabulary: Vocabulary, flow: Flow) {
    this.#vocabulary = vocabulary;
    this.#flow = flow;
    this.#measurer = new Measurer(vocabulary.table);
  }

  judge(kept: KeptTrace, where: Where): JudgedTrace | undefined {
    let judged: JudgedTrace | undefined;
    const builder = new TraceBuilder(this.#vocabulary.names);
    // One trace: nothing of it waits, and nothing is remembered.
    const assembler = new Assembler(
      { ...DEFAULT_ASSEMBLE_LIMITS, maxOpenTraces: 1, maxOpenSpans: 1000 },
      builder,
      (trace) => {
        judged = this.#judge(trace);
      },
    );
    assembler.add(this.#batchOf(kept, where));
    assembler.flush();
    return judged;
  }

  #judge(trace: Trace): JudgedTrace {
    const { table, names } = this.#vocabulary;
    const { forests } = this.#flow.verdicts;
    // It may have ended hours ago.
    const baselines = baselinesAt(this.#flow.verdicts.baselines, trace.latestEndUs / 1000);
    this.#takeSkew();
    this.#measurer.measure(trace, this.#measurements);
    const root = rootOf(trace);
    const entry = root >= 0 ? root : longest(trace);
    const parts = this.#parts(baselines);
    const scorer = new TraceScorer(table, baselines, forests);
    const scored =
      root < 0 ? undefined : scorer.score(trace.operation[root], this.#measurements, trace.spanCount);
    return {
      service: names.serviceIdentity(trace.service[entry]).name,
      operation: names.operationName(trace.operation[entry]),
      durationUs: trace.endUs[entry] - trace.startUs[entry],
      failed: (trace.flags[entry] & SpanFlag.Error) !== 0,
      ...scored,
      parts,
    };
  }

  /** Copies, and settled: what is judged here must not teach what judges live traces. */
  #takeSkew(): void {
    const { pairs } = this.#flow.traces.measurer.skew.snapshot();
    const copies = new Map([...pairs].map(([key, pair]) => [key, { ...pair, settled: true }]));
    this.#measurer.skew.restore({ pairs: copies });
  }

  /** Each component once: the mean of its measurements, as `explain` has it. */
  #parts(baselines: readonly (Baseline | undefined)[]): JudgedPart[] {
    const { table } = this.#vocabulary;
    const sums = new Map<number, { sum: number; count: number }>();
    const { length, component, value } = this.#measurements;
    for (let m = 0; m < length; m++) {
      const entry = sums.get(component[m]) ?? { sum: 0, count: 0 };
      entry.sum += value[m];
      entry.count++;
      sums.set(component[m], entry);
    }
    return [...sums].map(([id, { sum, count }]) => {
      const unit = unitOf(table.kindOf(id));
      const plain = (at: number): number => (unit === 'us' ? usOf(at) : at);
      const baseline = baselines[id];
      const key = table.key(id);
      return {
        ...{ key, component: parseComponent(key), unit, observed: plain(sum / count) },
        ...(baseline !== undefined && {
          expected: plain(baseline.level),
          z: (sum / count - baseline.level) / Math.sqrt(baseline.within + baseline.between[0]),
        }),
      };
    });
  }

  #batchOf(kept: KeptTrace, where: Where): SpanBatch {
    const { names } = this.#vocabulary;
    const batch = new SpanBatch(names, kept.spans.length + 1);
    const identities = new Map<string, number>();
    for (const span of kept.spans) {
      const service = identities.get(span.service) ?? this.#serviceOf(span.service, where);
      identities.set(span.service, service);
      const i = batch.push();
      hexToWords(kept.traceId, batch.traceId, i * 4, 4);
      hexToWords(span.spanId, batch.spanId, i * 2, 2);
      if (span.parentId !== '') hexToWords(span.parentId, batch.parentId, i * 2, 2);
      batch.service[i] = service;
      batch.operation[i] = names.operation(service, span.operation);
      batch.instance[i] = names.slot('instance', service, span.instance ?? '');
      batch.version[i] = names.slot('version', service, span.version ?? '');
      batch.peer[i] = names.slot('peer', service, span.peer ?? '');
      batch.kind[i] = KINDS[span.kind];
      if (span.failed) batch.flags[i] |= SpanFlag.Error;
      batch.startUs[i] = kept.startMs * 1000 + span.startUs;
      batch.durationUs[i] = Math.max(0, span.durationUs);
    }
    return batch;
  }

  /** The one in the suspect's environment; else the first of that name. */
  #serviceOf(name: string, { environment, namespace }: Where): number {
    const { names } = this.#vocabulary;
    let found: number | undefined;
    for (let id = 1; id <= names.serviceCount; id++) {
      const identity = names.serviceIdentity(id);
      if (identity.name !== name) continue;
      if (identity.environment === environment && identity.namespace === namespace) return id;
      found ??= id;
    }
    return found ?? names.service({ environment, namespace, name });
  }
}

function longest(trace: Trace): number {
  let most = 0;
  for (let i = 1; i < trace.spanCount; i++) {
    if (trace.endUs[i] - trace.startUs[i] > trace.endUs[most] - trace.startUs[most]) most = i;
  }
  return most;
}
