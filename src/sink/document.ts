import type { JsonValue } from '../runtime/index.ts';

/** A document and what is done with it. */
export interface SinkDocument {
  readonly index: string;
  readonly id: string;
  /** `create`: written once, a second time changes nothing. A number: it replaces what has a smaller one. */
  readonly version: 'create' | number;
  readonly body: { readonly [field: string]: JsonValue };
}

/** As two lines of a bulk request (Elasticsearch reference, "Bulk API"). */
export function bulkLines({ index, id, version, body }: SinkDocument): string {
  const action =
    version === 'create'
      ? { create: { _index: index, _id: id } }
      : { index: { _index: index, _id: id, version, version_type: 'external' } };
  return `${JSON.stringify(action)}\n${wellFormed(body)}\n`;
}

/** JSON escapes half a surrogate pair as `\udXXX`, which no parser of UTF-8 takes: it becomes U+FFFD. */
function wellFormed(body: SinkDocument['body']): string {
  return JSON.stringify(body, (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  );
}
