import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';

interface Schema {
  readonly [key: string]: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Checks by `docs/<name>`; `closed` also refuses properties that the schema does not name. */
export function validatorOf(name: string, { closed = false } = {}): ValidateFunction {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  ajvFormats.default(ajv);
  const path = join(import.meta.dirname, '..', '..', 'docs', name);
  const schema = JSON.parse(readFileSync(path, 'utf8')) as Schema;
  return ajv.compile(closed ? closing(schema) : schema);
}

/** The schema with every object of named properties closed. */
function closing(schema: Schema): Schema {
  const copy = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, isSchema(value) ? closing(value) : value]),
  );
  return isSchema(schema.properties) && !isSchema(schema.properties['properties'])
    ? { ...copy, additionalProperties: false }
    : copy;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every copy of `value` that lacks one property of one object in it, with the path to what is gone. */
export function* withoutOne(value: unknown, at = ''): Generator<{ path: string; value: unknown }> {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    const entries = value as Record<string, unknown>;
    if (!Array.isArray(value)) {
      const rest = Object.fromEntries(Object.entries(entries).filter(([other]) => other !== key));
      yield { path: `${at}/${key}`, value: rest };
    }
    for (const inner of withoutOne(entries[key], `${at}/${key}`)) {
      const changed = Array.isArray(value)
        ? value.map((item: unknown, i) => (String(i) === key ? inner.value : item))
        : { ...entries, [key]: inner.value };
      yield { path: inner.path, value: changed };
    }
  }
}
