import type { Names } from '../domain/names.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import type { JsonValue } from '../runtime/index.ts';
import { JaegerJsonReader } from './jaeger-json.ts';
import { Rejections } from './json-format.ts';
import { isObject, type JsonObject } from './json-values.ts';

/**
 * A span as Jaeger writes it to Elasticsearch (jaeger internal/storage/v1/elasticsearch/spanstore/internal/dbmodel): its
 * own JSON with the process inside; tags as a list of {key, type, value}, values typed or as text, or as fields of `tag`
 * with the dots of their keys replaced (`@` unless configured otherwise).
 */
export class JaegerDocumentReader {
  readonly #reader: JaegerJsonReader;

  constructor(names: Names) {
    this.#reader = new JaegerJsonReader(names);
  }

  read(document: JsonObject, into: SpanBatch): string | undefined {
    const process = isObject(document.process) ? document.process : {};
    const span = {
      ...document,
      tags: allTags(document.tags, document.tag),
      process: { ...process, tags: allTags(process.tags, process.tag) },
    };
    const rejections = new Rejections();
    this.#reader.read({ traceID: document.traceID, spans: [span] }, into, rejections);
    return rejections.error?.message;
  }
}

function allTags(list: JsonValue | undefined, fields: JsonValue | undefined): JsonValue[] {
  const tags = Array.isArray(list) ? list : [];
  if (!isObject(fields)) return tags;
  const more = Object.entries(fields).map(([key, value]) => ({ key: key.replaceAll('@', '.'), value }));
  return [...tags, ...more];
}
