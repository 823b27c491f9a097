import { TracesData } from '../../test/formats/otlp-messages.ts';

/** What protobufjs makes of a span, as far as the stock pipeline looks. */
export interface StockSpan {
  readonly traceId: Buffer;
  readonly parentSpanId: Buffer;
  readonly name: string;
  readonly startTimeUnixNano: StockLong;
  readonly endTimeUnixNano: StockLong;
  readonly attributes: readonly StockAttribute[];
  readonly status: { readonly code: number } | null;
}

export interface StockAttribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: StockLong } | null;
}

/** protobufjs' 64-bit numbers are objects of the package `long`. */
interface StockLong {
  toNumber(): number;
}

export interface StockResourceSpans {
  readonly resource: { readonly attributes: readonly StockAttribute[] } | null;
  readonly scopeSpans: readonly { readonly spans: readonly StockSpan[] }[];
}

/** By the code that protobufjs generates for the message at run time, the same as its static target. */
export function decodeStock(bytes: Uint8Array): readonly StockResourceSpans[] {
  return (TracesData.decode(bytes) as unknown as { resourceSpans: StockResourceSpans[] }).resourceSpans;
}

export function serviceName(group: StockResourceSpans): string {
  const attribute = group.resource?.attributes.find(({ key }) => key === 'service.name');
  return attribute?.value?.stringValue ?? 'unknown';
}

/** 1 to 5 of an HTTP status code, 0 when there is none. */
export function httpStatusClass(span: StockSpan): number {
  for (const { key, value } of span.attributes) {
    if (key !== 'http.response.status_code') continue;
    return Math.floor((value?.intValue?.toNumber() ?? 0) / 100);
  }
  return 0;
}
