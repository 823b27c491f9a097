import { KindGuard, type TArray, type TObject, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { type Node, type Pair, type YAMLMap, isMap, isScalar, isSeq } from 'yaml';
import { expectation, found, isSecret, literalWords, quote, variantsOf, variantWord } from './expectation.ts';
import type { Environment } from './environment.ts';
import type { ConfigProblem } from './problem.ts';
import { fromEnvironment, fromFile, type SecretOutcome } from './resolve-secret.ts';
import { ADDRESS, EXPECTS } from './schema-parts.ts';
import { Secret } from './secret.ts';
import { beginningWith, suggestKey } from './suggest.ts';
import type { YamlInput } from './yaml-input.ts';

/** Stands for any secret where none is used; an address, because some secrets must be one. */
const UNUSED = 'https://unused.invalid';

export interface ReadContext {
  /** Secrets are not looked up: for commands that use none. */
  readonly withoutSecrets?: boolean;
  readonly environment: Environment;
  /** Files of secrets are relative to it. */
  readonly folder: string;
}

export interface Reading {
  /**
   * Follows the schema if there are no problems. Otherwise what is wrong is replaced by its default, or undefined where
   * it has none, and entries of lists that are not whole are undefined.
   */
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  /** Offset into the text of each key path that is in the file. */
  readonly offsets: ReadonlyMap<string, number>;
}

/** Reads a parsed file by a schema: defaults filled in, secrets resolved, every mistake found at once. */
export function readBySchema(schema: TSchema, input: YamlInput, context: ReadContext): Reading {
  const reader = new Reader(input, context);
  const value = reader.read(schema, input.root, { path: '', offset: 0 });
  return { value, problems: reader.problems, offsets: reader.offsets };
}

interface Place {
  readonly path: string;
  readonly offset: number;
}

class Reader {
  readonly problems: ConfigProblem[] = [];
  readonly offsets = new Map<string, number>();
  readonly #input: YamlInput;
  readonly #context: ReadContext;

  constructor(input: YamlInput, context: ReadContext) {
    this.#input = input;
    this.#context = context;
  }

  read(schema: TSchema, node: Node | null, place: Place): unknown {
    this.offsets.set(place.path, place.offset);
    if (isSecret(schema)) return this.#readSecret(schema, node, place);
    if (KindGuard.IsObject(schema)) return this.#readObject(schema, node, place);
    if (KindGuard.IsArray(schema)) return this.#readArray(schema, node, place);
    const variants = variantsOf(schema);
    if (variants !== undefined) return this.#readVariant(variants, node, place);
    return this.#readLeaf(schema, node, place);
  }

  #readObject(schema: TObject, node: Node | null, place: Place): unknown {
    if (!isNothing(node) && !isMap(node)) {
      this.#mismatch(schema, node, place);
      return this.#readObject(schema, null, place);
    }
    const known = Object.keys(schema.properties);
    const given = new Map<string, { node: Node | null; place: Place }>();
    for (const pair of isMap(node) ? node.items : []) {
      const key = this.#keyOf(pair);
      const at = this.#placeOf(pair, place.path === '' ? key : `${place.path}.${key}`, place.offset);
      if (known.includes(key)) given.set(key, { node: this.#input.resolve(pair.value), place: at });
      else this.#report(at, unknownKey(key, known));
    }
    const value: Record<string, unknown> = {};
    for (const key of known) {
      const property = schema.properties[key];
      const entry = given.get(key);
      const at = entry?.place ?? {
        path: place.path === '' ? key : `${place.path}.${key}`,
        offset: place.offset,
      };
      if (entry !== undefined && !isNothing(entry.node))
        value[key] = this.read(property, entry.node, at) ?? structuredClone(property.default);
      else this.#fillIn(value, key, property, at);
    }
    return value;
  }

  /** A key that is absent, or stands there without a value. */
  #fillIn(value: Record<string, unknown>, key: string, schema: TSchema, place: Place): void {
    if (schema.default !== undefined) value[key] = structuredClone(schema.default);
    else if (KindGuard.IsObject(schema) && !KindGuard.IsOptional(schema))
      value[key] = this.read(schema, null, place);
    else if (!KindGuard.IsOptional(schema)) this.#report(place, `missing: expected ${expectation(schema)}`);
  }

  #readArray(schema: TArray, node: Node | null, place: Place): unknown {
    if (!isSeq(node)) return this.#mismatch(schema, node, place);
    const { minItems = 0, maxItems = Infinity } = schema;
    if (node.items.length < minItems || node.items.length > maxItems)
      this.#report(
        place,
        node.items.length < minItems
          ? `expected ${minItems} or more, found ${node.items.length}`
          : `expected ${maxItems} at most, found ${node.items.length}`,
      );
    return node.items.map((item, i) => {
      const at = { path: `${place.path}[${i}]`, offset: offsetOf(item) ?? place.offset };
      const problemsBefore = this.problems.length;
      const value = this.read(schema.items, this.#input.resolve(item), at);
      return this.problems.length === problemsBefore ? value : undefined;
    });
  }

  /** Only the variant that was meant is held against the file. */
  #readVariant(variants: readonly TObject[], node: Node | null, place: Place): unknown {
    if (!isMap(node)) return this.#mismatch(variants[0], node, place);
    const type = this.#input.resolve(node.get('type', true));
    const variant = variants.find((each) => isScalar(type) && type.value === variantWord(each));
    if (variant !== undefined) return this.read(variant, node, place);
    const typeSchema = Type.Union(variants.map((each) => each.properties.type));
    const at = { path: `${place.path}.type`, offset: offsetOf(type) ?? place.offset };
    if (isNothing(type)) return this.#report(at, `missing: expected ${expectation(typeSchema)}`);
    return this.#mismatch(typeSchema, type, at);
  }

  #readLeaf(schema: TSchema, node: Node | null, place: Place): unknown {
    if (!isScalar(node)) return this.#mismatch(schema, node, place);
    if (typeof node.value === 'string' && /\$\{[A-Za-z_]/.test(node.value))
      return this.#report(place, '`${NAME}` is replaced in secret fields only; write the value itself');
    if (!Value.Check(schema, node.value)) return this.#mismatch(schema, node, place);
    return isUnusable(schema, node.value) ? this.#report(place, NO_ADDRESS) : node.value;
  }

  #readSecret(schema: TSchema, node: Node | null, place: Place): unknown {
    const outcome = this.#resolveSecret(node);
    if (!outcome.ok) return this.#report(place, outcome.reason);
    if (schema.pattern !== undefined && !new RegExp(String(schema.pattern)).test(outcome.value))
      return this.#report(place, `expected ${String(schema[EXPECTS])} (what is here is not shown)`);
    if (isUnusable(schema, outcome.value)) return this.#report(place, NO_ADDRESS);
    return new Secret(outcome.value);
  }

  #resolveSecret(node: Node | null): SecretOutcome {
    const { environment, folder, withoutSecrets } = this.#context;
    if (withoutSecrets === true) return { ok: true, value: UNUSED };
    if (isScalar(node) && typeof node.value === 'string' && node.value !== '')
      return fromEnvironment(node.value, environment);
    if (isMap(node) && node.items.length === 1) {
      const path = this.#input.resolve(node.get('file', true));
      if (isScalar(path) && typeof path.value === 'string') return fromFile(path.value, folder);
    }
    return {
      ok: false,
      reason:
        'expected text in quotes, `${NAME}` for an environment variable, or `{file: path}` (what is here is not shown)',
    };
  }

  #keyOf(pair: Pair): string {
    const key = this.#input.resolve(pair.key);
    return isScalar(key) ? String(key.value) : '?';
  }

  #placeOf(pair: YAMLMap['items'][number], path: string, fallback: number): Place {
    return { path, offset: offsetOf(pair.key) ?? fallback };
  }

  #mismatch(schema: TSchema, node: Node | null, place: Place): undefined {
    const text = isScalar(node) && typeof node.value === 'string' ? node.value : '';
    const words = literalWords(schema) ?? [];
    const hint = suggestKey(text, words) ?? beginningWith(text, words);
    return this.#report(place, `expected ${expectation(schema)}, found ${found(node)}${didYouMean(hint)}`);
  }

  #report(place: Place, message: string): undefined {
    this.problems.push({ path: place.path, ...this.#input.locate(place.offset), message });
    return undefined;
  }
}

const NO_ADDRESS = 'its host or port is not one of an address (what is here is not shown)';

/** What looks like an address, and is none: brackets that do not close, a port beyond 65535. */
function isUnusable(schema: TSchema, value: unknown): boolean {
  return schema[ADDRESS] === true && !URL.canParse(String(value));
}

function isNothing(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function unknownKey(key: string, known: readonly string[]): string {
  const hint = suggestKey(key, known);
  return `unknown key ${quote(key)}${hint === undefined ? `; known here: ${known.join(', ')}` : didYouMean(hint)}`;
}

function didYouMean(hint: string | undefined): string {
  return hint === undefined ? '' : `; did you mean ${hint}?`;
}
