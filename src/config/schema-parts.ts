import {
  type ObjectOptions,
  type TLiteral,
  type TObject,
  type TProperties,
  type TUnion,
  type TUnsafe,
  Type,
} from '@sinclair/typebox';
import type { Secret } from './secret.ts';

/** Marks a string field as secret: `${NAME}` and `{file: path}` are resolved in it, and it is never printed. */
export const SECRET = 'x-spanwatch-secret';

/** A field that reads as a `Secret`. */
export function secret(description: string): TUnsafe<Secret> {
  return Type.Unsafe<Secret>({ type: 'string', minLength: 1, description, [SECRET]: true });
}

/** An object that knows all its keys; absent, it is made of its defaults. */
export function section<T extends TProperties>(
  properties: T,
  options: ObjectOptions & { readonly description: string },
): TObject<T> {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

/** One of several words. */
export function oneOf<const T extends string>(
  words: readonly T[],
  options: { readonly description: string; readonly default?: T },
): TUnion<TLiteral<T>[]> {
  return Type.Union(
    words.map((word) => Type.Literal(word)),
    options,
  );
}

/** A name that people give to a part, for logs, metrics' labels and commands. */
export function partName(description: string): ReturnType<typeof Type.String> {
  return Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$', description });
}

interface Bounds {
  readonly description: string;
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
}

export function whole(options: Bounds): ReturnType<typeof Type.Integer> {
  return Type.Integer(options);
}
