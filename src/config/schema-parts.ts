import {
  type ObjectOptions,
  type Static,
  type TLiteral,
  type TObject,
  type TInteger,
  type TProperties,
  type TString,
  type TUnion,
  type TUnsafe,
  Type,
} from '@sinclair/typebox';
import type { Secret } from './secret.ts';

/** Marks a string field as secret: `${NAME}` and `{file: path}` are resolved in it, and it is never printed. */
export const SECRET = 'x-spanwatch-secret';

/** A field that reads as a `Secret`. With a form, its value must match, once resolved. */
export function secret(
  description: string,
  form?: { readonly pattern: string; readonly expects: string },
): TUnsafe<Secret> {
  const options = form === undefined ? {} : { pattern: form.pattern, [EXPECTS]: form.expects };
  return Type.Unsafe<Secret>({ type: 'string', minLength: 1, description, [SECRET]: true, ...options });
}

/** Marks a text that is used as an address: it must be one in full, down to its port. */
export const ADDRESS = 'x-spanwatch-address';

/**
 * An http or https address without a login: what is printed and logged names it, and clients refuse a login in it.
 * `query`: it may end in one.
 */
export function webAddress(
  description: string,
  { query = false } = {},
): { description: string; pattern: string; [EXPECTS]: string; [ADDRESS]: true } {
  return {
    description,
    pattern: query ? '^https?://[^\\s/?#@]+([/?#]\\S*)?$' : '^https?://[^\\s/?#@]+(/[^\\s?#]*)?$',
    [EXPECTS]: 'an http or https address without user and password',
    [ADDRESS]: true,
  };
}

/** A web address that is secret as a whole: webhooks carry their key in it. */
export function secretUrl(description: string): TUnsafe<Secret> {
  const { pattern, [EXPECTS]: expects } = webAddress(description, { query: true });
  return Type.Unsafe<Secret>({ ...secret(description, { pattern, expects }), [ADDRESS]: true });
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
export function partName(description: string): TString {
  return Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$',
    [EXPECTS]: 'up to 63 letters, digits, "-" and "_"',
    description,
  });
}

/** What a pattern asks for, in words. */
export const EXPECTS = 'x-spanwatch-expects';

/** Marks objects told apart by their `type`. */
export const VARIANTS = 'x-spanwatch-variants';

/** One of several objects, told apart by their `type`. (A TypeBox union of one is that one, and forgets what it is.) */
export function variants<T extends TObject>(
  objects: readonly T[],
  options: { readonly description: string },
): TUnsafe<Static<T>> {
  return Type.Unsafe<Static<T>>({ anyOf: objects, [VARIANTS]: true, ...options });
}

interface Bounds {
  readonly description: string;
  readonly default?: number;
  readonly minimum: number;
  readonly maximum: number;
}

export function whole(options: Bounds): TInteger {
  return Type.Integer(options);
}
