import { wordsToHex } from '../../src/domain/ids.ts';
import { type SpanBatch, SpanFlag } from '../../src/domain/span-batch.ts';
import { encodeOtlpJson, encodeOtlpProto, type Script, simulate } from '../../src/simulator/index.ts';

/** The simulated shop's spans of some seconds, in one batch. */
export function shopBatch(options: {
  readonly seconds: number;
  readonly tracesPerSecond: number;
  readonly seed?: number;
  readonly script?: Script;
}): SpanBatch {
  const { seconds, tracesPerSecond, seed = 7, script } = options;
  const simulation = simulate({
    seed,
    startMs: Date.UTC(2026, 0, 5, 9, 0, 0),
    tracesPerSecond,
    ...(script === undefined ? {} : { script }),
  });
  const all = simulation.newBatch();
  // Traces that began in the last seconds end in the ones after.
  for (let second = 0; second < seconds; second++) simulation.second(second, all);
  return all;
}

const idOf = (words: Int32Array, i: number, count: number): string => wordsToHex(words, i * count, count);

/** The trace ids of a batch whose root is in it, with the root's epoch microseconds. */
export function rootsOf(batch: SpanBatch): Map<string, { fromUs: number; toUs: number }> {
  const roots = new Map<string, { fromUs: number; toUs: number }>();
  for (let i = 0; i < batch.length; i++) {
    if (batch.parentId[i * 2] !== 0 || batch.parentId[i * 2 + 1] !== 0) continue;
    const fromUs = batch.startUs[i];
    roots.set(idOf(batch.traceId, i, 4), { fromUs, toUs: fromUs + batch.durationUs[i] });
  }
  return roots;
}

/** The batch in records of at most `size` spans, as text. */
export function otlpJsonLines(batch: SpanBatch, size = 100): string {
  return ranges(batch, size)
    .map((range) => `${encodeOtlpJson(batch, range)}\n`)
    .join('');
}

/** The same as protobuf, each record after its length as four bytes, big end first. */
export function delimitedProto(batch: SpanBatch, size = 100): Buffer {
  return Buffer.concat(
    ranges(batch, size).flatMap((range) => {
      const message = encodeOtlpProto(batch, range);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(message.length);
      return [length, message];
    }),
  );
}

function ranges(batch: SpanBatch, size: number): { from: number; to: number }[] {
  return Array.from({ length: Math.ceil(batch.length / size) }, (_, i) => ({
    from: i * size,
    to: Math.min(batch.length, (i + 1) * size),
  }));
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

/** As Jaeger's UI exports it: `{"data":[trace...]}`, a process for each instance of a service. */
export function jaegerJson(batch: SpanBatch): string {
  const traces = new Map<string, { traceID: string; spans: object[]; processes: Record<string, object> }>();
  for (let i = 0; i < batch.length; i++) {
    const traceID = idOf(batch.traceId, i, 4);
    const trace = traces.get(traceID) ?? { traceID, spans: [], processes: {} };
    traces.set(traceID, trace);
    const processID = `p${batch.service[i]}-${batch.instance[i]}`;
    trace.processes[processID] ??= {
      serviceName: batch.names.serviceIdentity(batch.service[i]).name,
      tags: [{ key: 'service.instance.id', type: 'string', value: batch.names.slotName(batch.instance[i]) }],
    };
    trace.spans.push(jaegerSpan(batch, i, traceID, processID));
  }
  return JSON.stringify({ data: [...traces.values()] });
}

function jaegerSpan(batch: SpanBatch, i: number, traceID: string, processID: string): object {
  const parent = idOf(batch.parentId, i, 2);
  return {
    traceID,
    spanID: idOf(batch.spanId, i, 2),
    operationName: batch.names.operationName(batch.operation[i]),
    references: /^0+$/.test(parent) ? [] : [{ refType: 'CHILD_OF', traceID, spanID: parent }],
    startTime: batch.startUs[i],
    duration: batch.durationUs[i],
    tags: [
      { key: 'span.kind', type: 'string', value: KINDS[batch.kind[i]] },
      ...((batch.flags[i] & SpanFlag.Error) === 0 ? [] : [{ key: 'error', type: 'bool', value: true }]),
    ],
    processID,
  };
}

/** As Zipkin's v2 API takes it: an array of spans. */
export function zipkinJson(batch: SpanBatch): string {
  return JSON.stringify(
    Array.from({ length: batch.length }, (_, i) => {
      const parent = idOf(batch.parentId, i, 2);
      const kind = KINDS[batch.kind[i]].toUpperCase();
      return {
        traceId: idOf(batch.traceId, i, 4),
        id: idOf(batch.spanId, i, 2),
        ...(/^0+$/.test(parent) ? {} : { parentId: parent }),
        name: batch.names.operationName(batch.operation[i]),
        ...(batch.kind[i] >= 2 ? { kind } : {}),
        timestamp: batch.startUs[i],
        duration: batch.durationUs[i],
        localEndpoint: { serviceName: batch.names.serviceIdentity(batch.service[i]).name },
        tags: (batch.flags[i] & SpanFlag.Error) === 0 ? {} : { error: 'true' },
      };
    }),
  );
}
