export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export type JsonOutcome =
  { readonly ok: true; readonly value: JsonValue } | { readonly ok: false; readonly reason: string };

/** The one home of `JSON.parse` for data from outside: an error is a value, and its text never quotes the input. */
export function parseJson(text: string): JsonOutcome {
  try {
    return { ok: true, value: JSON.parse(text) as JsonValue };
  } catch (error) {
    const position = error instanceof Error ? /position (\d+)/.exec(error.message) : null;
    return {
      ok: false,
      reason: position === null ? 'not valid JSON' : `not valid JSON at character ${position[1]}`,
    };
  }
}
