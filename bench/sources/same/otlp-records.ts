import { captureLines } from '../../scoring/index.ts';
import { TracesData } from '../../../test/formats/otlp-messages.ts';

interface JsonSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly endTimeUnixNano: string;
}

interface JsonRequest {
  readonly resourceSpans: readonly {
    readonly resource?: object | undefined;
    readonly scopeSpans: readonly {
      readonly scope?: object | undefined;
      readonly spans: readonly JsonSpan[];
    }[];
  }[];
}

/** One ExportTraceServiceRequest in protobuf. */
export interface OtlpRecord {
  readonly bytes: Uint8Array;
  readonly spans: number;
  /** Of the span that ended last: when a sender would have had it. */
  readonly endMs: number;
  /** Hex; only of records by trace. */
  readonly traceId?: string;
}

/** Each line of a file of OTLP JSON lines as the same request in protobuf, to the nanosecond, by protobufjs. */
export async function* recordsOf(path: string): AsyncGenerator<OtlpRecord> {
  for await (const line of captureLines(path)) yield encoded(JSON.parse(line) as JsonRequest);
}

/** The same, with a request for each trace of a line, as the Collector's `partition_traces_by_id` makes them. */
export async function* recordsByTrace(path: string): AsyncGenerator<OtlpRecord> {
  for await (const line of captureLines(path)) {
    const byTrace = new Map<string, JsonRequest['resourceSpans'][number][]>();
    for (const { resource, scopeSpans } of (JSON.parse(line) as JsonRequest).resourceSpans) {
      for (const { scope, spans } of scopeSpans) {
        for (const [traceId, own] of Map.groupBy(spans, (span) => span.traceId)) {
          const part = { resource, scopeSpans: [{ scope, spans: own }] };
          byTrace.set(traceId, [...(byTrace.get(traceId) ?? []), part]);
        }
      }
    }
    const records = [...byTrace].map(([traceId, resourceSpans]) => ({
      ...encoded({ resourceSpans }),
      traceId,
    }));
    yield* records.sort((a, b) => a.endMs - b.endMs);
  }
}

function encoded(request: JsonRequest): OtlpRecord {
  let spans = 0;
  let endMs = 0;
  const resourceSpans = request.resourceSpans.map(({ resource, scopeSpans }) => ({
    resource,
    scopeSpans: scopeSpans.map(({ scope, spans: own }) => ({
      scope,
      spans: own.map((span) => {
        spans++;
        endMs = Math.max(endMs, Number(span.endTimeUnixNano) / 1e6);
        // protobufjs takes text for base64; OTLP has ids in hex.
        return {
          ...span,
          traceId: Buffer.from(span.traceId, 'hex'),
          spanId: Buffer.from(span.spanId, 'hex'),
          parentSpanId: Buffer.from(span.parentSpanId ?? '', 'hex'),
        };
      }),
    })),
  }));
  return { bytes: TracesData.encode(TracesData.fromObject({ resourceSpans })).finish(), spans, endMs };
}
