import type { DecodeError, DecodeOutcome, SpanFormat } from '../domain/decode.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import type { JsonValue } from '../runtime/index.ts';
import { jsonOf, JsonShapeError } from './json-values.ts';

/** Counts what a JSON format leaves out, and keeps the first reason. */
export class Rejections {
  count = 0;
  error: DecodeError | undefined;

  /** `path` is asked only for the first. */
  add(path: () => string, message: string): void {
    this.count++;
    this.error ??= { at: path(), message };
  }
}

/** A format that reads a JSON value into spans; `read` throws `JsonShapeError` for what is not of the format. */
export function createJsonFormat(
  name: string,
  read: (value: JsonValue, into: SpanBatch, rejections: Rejections) => void,
  maxValues = Number.POSITIVE_INFINITY,
): SpanFormat {
  const decode = (bytes: Uint8Array, into: SpanBatch): DecodeOutcome => {
    const before = into.length;
    const rejections = new Rejections();
    try {
      read(jsonOf(bytes, maxValues), into, rejections);
    } catch (error) {
      if (!(error instanceof JsonShapeError)) throw error;
      into.truncate(before);
      return { spans: 0, rejected: 0, fatal: true, error: { at: error.path, message: error.message } };
    }
    const counts = { spans: into.length - before, rejected: rejections.count, fatal: false };
    return rejections.error === undefined ? counts : { ...counts, error: rejections.error };
  };
  return { name, decode };
}
