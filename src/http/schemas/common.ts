import {
  type SchemaOptions,
  type Static,
  type TNull,
  type TSchema,
  type TUnion,
  type TUnsafe,
  Type,
} from '@sinclair/typebox';

/** RFC 3339, UTC where we say it. */
export const time = Type.String({ format: 'date-time', maxLength: 40 });
export const nullable = <T extends TSchema>(schema: T): TUnion<[T, TNull]> =>
  Type.Union([schema, Type.Null()]);
export const literals = <const T extends readonly string[]>(
  values: T,
  options: SchemaOptions = {},
): TUnsafe<T[number]> => Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options });
/** Text of spans or of people: data, never markup. */
export const text = Type.String();

/** Who asks, as the caller says; untrusted. */
export const by = Type.String({
  minLength: 1,
  maxLength: 100,
  description: 'Who asks, as people know them. Not checked.',
});

export const limit = Type.Integer({ minimum: 1, maximum: 500, default: 50 });
export const cursor = Type.Optional(
  Type.String({ minLength: 1, maxLength: 400, description: '`next` of the page before.' }),
);
export const next = nullable(
  Type.String({ description: 'Cursor of the next page; null when there is no more.' }),
);

export const idParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 300 }) });

/** Problem details (RFC 9457), with what is wrong field by field when it is the request's. */
export const problemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          field: Type.String({ description: 'Name of the parameter, or path in the body.' }),
          in: Type.String({ description: 'Where it stands: `query`, `path`, `headers` or `body`.' }),
          reason: Type.String({ description: 'What is wrong, with the limit.' }),
        }),
      ),
    ),
    revision: Type.Optional(Type.Integer({ description: 'On 412: the current revision.' })),
  },
  { title: 'Problem' },
);
export type FieldError = NonNullable<Static<typeof problemSchema>['errors']>[number];

export function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

export function timeOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : timeOf(epochMs);
}
