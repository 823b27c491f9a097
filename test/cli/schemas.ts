import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** Says what of a value a schema in docs/ does not allow; empty when it is valid. */
export function schemaErrors(schema: 'report' | 'explain'): (value: unknown) => string[] {
  const ajv = new Ajv2020({ allErrors: true });
  addFormats.default(ajv);
  const url = new URL(`../../docs/${schema}.schema.json`, import.meta.url);
  const validate = ajv.compile(JSON.parse(readFileSync(url, 'utf8')) as object);
  return (value) =>
    validate(value) ? [] : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`);
}
