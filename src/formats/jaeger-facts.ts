import { SpanKind } from '../domain/span-batch.ts';
import type { ByteSpan } from './byte-span.ts';
import { KeyTable, PEER_PARTS, SPAN_KEYS, SpanKey } from './known-keys.ts';
import { StatusCode } from './span-facts.ts';

/** Codes beyond those of span attributes: what OTLP has fields for, and Jaeger tags. */
const Tag = { Kind: 100, Status: 101, TraceState: 102 } as const;

export const SPAN_TABLE = new KeyTable([
  ...SPAN_KEYS,
  ['span.kind', Tag.Kind],
  ['otel.status_code', Tag.Status],
  ['w3c.tracestate', Tag.TraceState],
]);

/** What a log of a span is read for: an OTel exception event that escaped. */
export const LogKey = { Event: 0, Escaped: 1 } as const;
export const LOG_TABLE = new KeyTable([
  ['event', LogKey.Event],
  ['exception.escaped', LogKey.Escaped],
]);

const KINDS = new Map<string, number>([
  ['internal', SpanKind.Internal],
  ['server', SpanKind.Server],
  ['client', SpanKind.Client],
  ['producer', SpanKind.Producer],
  ['consumer', SpanKind.Consumer],
]);

/** A tag that was read, of whichever encoding; `from` and `to` are its text's place in the message. */
export interface JaegerTag {
  readonly from: number;
  readonly to: number;
  readonly isText: boolean;
  readonly isTrue: boolean;
  /** -1 when it is none. */
  readonly number: number;
  /** Of short values only: it makes a string. */
  text(): string;
}

/** What a span's tag says, by its code in `SPAN_TABLE`; -1 says nothing. */
export function takeSpanTag(span: ByteSpan, code: number, tag: JaegerTag): void {
  if (code < 0) return;
  const { facts } = span;
  if (code < PEER_PARTS) {
    if (tag.isText) span.setPeer(code, tag.from, tag.to);
  } else if (code === SpanKey.Error) facts.errorTag = tag.isTrue;
  else if (code === SpanKey.HttpStatus) facts.setHttpStatus(tag.number);
  else if (code === SpanKey.GrpcStatus) facts.setGrpcStatus(tag.number);
  else if (code === Tag.Kind) facts.kind = KINDS.get(tag.text().toLowerCase()) ?? 0;
  else if (code === Tag.Status) {
    const text = tag.text();
    facts.statusCode = text === 'ERROR' ? StatusCode.Error : text === 'OK' ? StatusCode.Ok : facts.statusCode;
  } else {
    span.stateFrom = tag.from;
    span.stateTo = tag.to;
  }
}
