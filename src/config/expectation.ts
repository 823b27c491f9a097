import { KindGuard, type TObject, type TSchema } from '@sinclair/typebox';
import { type Node, isMap, isScalar, isSeq } from 'yaml';
import { EXPECTS, SECRET, VARIANTS } from './schema-parts.ts';

/** What a field takes, in words: "a whole number from 0 to 65535". */
export function expectation(schema: TSchema): string {
  if (isSecret(schema)) return `${formOf(schema)} (a secret: \`\${NAME}\` or \`{file: path}\`)`;
  if (KindGuard.IsObject(schema) || variantsOf(schema) !== undefined) return 'a mapping of keys';
  if (KindGuard.IsArray(schema)) return 'a list';
  if (KindGuard.IsBoolean(schema)) return 'true or false';
  if (KindGuard.IsInteger(schema)) return `a whole number${range(schema)}`;
  if (KindGuard.IsNumber(schema)) return EXPECTS in schema ? formOf(schema) : `a number${range(schema)}`;
  const words = literalWords(schema);
  if (words !== undefined) return words.length === 1 ? words[0] : `one of ${words.join(', ')}`;
  return formOf(schema);
}

function formOf(schema: TSchema): string {
  return typeof schema[EXPECTS] === 'string' ? schema[EXPECTS] : 'text';
}

export function isSecret(schema: TSchema): boolean {
  return schema[SECRET] === true;
}

/** The objects of a field that takes one of several, told apart by their `type`. */
export function variantsOf(schema: TSchema): readonly TObject[] | undefined {
  return schema[VARIANTS] === true ? (schema.anyOf as TObject[]) : undefined;
}

/** The word that a variant goes by. */
export function variantWord(variant: TObject): string {
  return String(variant.properties.type.const);
}

/** The words of a field that takes only certain ones. */
export function literalWords(schema: TSchema): readonly string[] | undefined {
  if (KindGuard.IsLiteral(schema)) return [String(schema.const)];
  if (!KindGuard.IsUnion(schema) || !schema.anyOf.every((variant) => KindGuard.IsLiteral(variant)))
    return undefined;
  return schema.anyOf.map((variant) => String(variant.const));
}

/** What was found instead, in words. Values of secret fields are not for `found`: it quotes. */
export function found(node: Node | null): string {
  if (node === null || (isScalar(node) && node.value === null)) return 'nothing';
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node)) return 'something else';
  if (typeof node.value === 'string') return `the text ${quote(node.value)}`;
  return String(node.value);
}

/**
 * Quoted for one line. Long texts and addresses are only counted: a mistake may be a whole certificate, or a webhook's
 * address in the wrong place.
 */
export function quote(text: string): string {
  const maxQuoted = 40;
  return text.length > maxQuoted || text.includes('://')
    ? `of ${text.length} characters`
    : JSON.stringify(text);
}

function range(schema: { readonly minimum?: number; readonly maximum?: number }): string {
  const { minimum, maximum } = schema;
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? '' : ` of at most ${maximum}`;
}
