/** A trace id as tools write it. `w3c` is how Spanwatch keeps it: 32 hex digits in lower case. */
export interface TraceIdForms {
  /** W3C Trace Context: 32 digits. */
  readonly w3c: string;
  /** B3 (Zipkin) of 64 bits, and what half of a longer id such a tracer kept: the low 16 digits. */
  readonly b3: string;
  /** Jaeger's `uber-trace-id`: without leading zeros. */
  readonly uber: string;
}

/** Sources: w3.org/TR/trace-context, 3.2.2.3; openzipkin/b3-propagation, "TraceId"; jaegertracing.io, "Propagation Format". */
export function traceIdForms(traceId: string): TraceIdForms {
  const w3c = traceId.toLowerCase().padStart(32, '0');
  return { w3c, b3: w3c.slice(-16), uber: w3c.replace(/^0+(?=.)/, '') };
}

/**
 * The address of a trace in a viewer: `{traceId}`, `{traceIdB3}` (the low 16 digits, for viewers that keep 64 bits) and
 * `{traceIdUber}` (without leading zeros) of the template are filled in, percent-encoded, since an id may be any text.
 */
export function traceAddress(template: string, traceId: string): string {
  const { b3, uber } = traceIdForms(traceId);
  const values: Readonly<Record<string, string>> = { traceId, traceIdB3: b3, traceIdUber: uber };
  return template.replace(/\{(traceId(?:B3|Uber)?)\}/g, (_, name: string) =>
    encodeURIComponent(values[name].toWellFormed()),
  );
}

const NO_ID = /^0*$/;

/**
 * Every way in which logs may name the trace, each once: the whole id, the low half, both without leading zeros too. An
 * id that is not hex, or nothing but zeros (in either half that would stand alone), gives no such way.
 */
export function writtenIds(traceId: string): readonly string[] {
  if (!/^[0-9a-f]{1,32}$/i.test(traceId)) return [];
  const { w3c, b3, uber } = traceIdForms(traceId);
  const shortB3 = traceIdForms(b3).uber;
  return [...new Set([w3c, b3, uber, shortB3])].filter((id) => !NO_ID.test(id) && id.length >= MIN_DIGITS);
}

/** Shorter ones (a simulator's 1, 2, 3) are in every second line. */
const MIN_DIGITS = 8;
